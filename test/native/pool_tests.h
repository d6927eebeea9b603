#pragma once

// Tests of the threads that the kernels share, called by kernels_test.cc.

void pools_do_every_row_once();
void pools_wait_for_a_thread_that_takes_long();
void pools_go_on_after_work_that_throws();
void threads_kept_awake_sleep_after_all();
