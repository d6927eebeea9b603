#pragma once

// Tests of what carries scores from frame to frame, called by kernels_test.cc.

void temporal_filters_give_the_same_bits_however_they_run();
void temporal_filters_that_forget_pass_each_frame_alone();
