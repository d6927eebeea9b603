#pragma once

// Tests of the kernels that nets run on, called by kernels_test.cc.

void rows_of_nets_are_what_plain_loops_give();
void fused_nets_compute_their_layers();
void joined_steps_compute_their_layers();
void fused_nets_take_another_size();
void fused_nets_refuse_what_does_not_fit();
void a_stopped_net_ends();
void nets_take_pictures_of_any_size();
void joined_steps_take_maps_of_any_form();
void values_that_are_no_numbers_stay_where_they_are_seen();
void subnormal_values_are_kept();
void a_net_can_be_stopped_while_it_runs();
