#pragma once

// Tests of the kernels that nets run on, called by kernels_test.cc.

void rows_of_nets_are_what_plain_loops_give();
void fused_nets_compute_their_layers();
void joined_steps_compute_their_layers();
void fused_nets_take_another_size();
void fused_nets_refuse_what_does_not_fit();
void a_stopped_net_ends();
