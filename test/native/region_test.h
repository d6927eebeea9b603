#pragma once

void regions_are_those_that_a_flood_fill_finds();
void region_filters_take_every_form_of_scores();
