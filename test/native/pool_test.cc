#include "pool_tests.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "pause.h"
#include "thread_pool.h"

namespace {

using mavseg::ThreadPool;

long thread_id() { return syscall(SYS_gettid); }

/** @return whether the system says that a thread of this process waits for something */
bool sleeps(long thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text;
  std::getline(file, text);
  // Behind the name, which is in brackets and may hold any character.
  const size_t name_end = text.rfind(')');
  CHECK(name_end != std::string::npos, "no state of thread %ld", thread);
  return text[name_end + 2] == 'S';
}

void wait_until(const std::function<bool()>& holds) {
  while (!holds()) std::this_thread::yield();
}

/** Has each thread of a pool take a row of its own. @return their numbers, by worker */
std::vector<long> threads_of(ThreadPool& pool) {
  std::vector<long> threads(static_cast<size_t>(pool.size()));
  std::atomic<int> here{0};
  pool.for_rows(pool.size(), 1, [&](int worker, int, int) {
    threads[static_cast<size_t>(worker)] = thread_id();
    here++;
    wait_until([&] { return here == pool.size(); });
  });
  return threads;
}

void check_rows(ThreadPool& pool, int rows, int chunk) {
  // Not atomic: two threads at one row would be a data race, and a wrong count.
  std::vector<int> done(static_cast<size_t>(rows), 0);
  pool.for_rows(rows, chunk, [&](int worker, int from, int to) {
    CHECK(worker >= 0 && worker < pool.size(), "worker %d of %d", worker, pool.size());
    for (int row = from; row < to; row++) done[static_cast<size_t>(row)]++;
  });
  for (int count : done) CHECK(count == 1, "a row was done %d times", count);
}

}  // namespace

void pools_do_every_row_once() {
  Random random(7);
  for (int size : {1, 2, 5}) {
    ThreadPool pool(size);
    std::unique_ptr<ThreadPool::Awake> awake;
    for (int round = 0; round < 900; round++) {
      if (random.between(0, 9) == 0) awake.reset();
      if (random.between(0, 4) == 0 && awake == nullptr) awake = std::make_unique<ThreadPool::Awake>(pool);
      check_rows(pool, random.between(0, 70), random.between(1, 9));
      // So that threads are met awake, on their way to sleep and asleep.
      for (int wait = random.between(0, 3) == 0 ? random.between(0, 4000) : 0; wait > 0; wait--) mavseg::pause();
    }
  }
}

void pools_wait_for_a_thread_that_takes_long() {
  for (int size : {2, 5}) {
    ThreadPool pool(size);
    const long caller = thread_id();
    std::atomic<int> here{0}, done{0};
    pool.for_rows(size, 1, [&](int worker, int, int) {
      here++;
      wait_until([&] { return here == size; });
      // The caller sleeps here only where it has nothing left to do but to wait.
      if (worker == 1) wait_until([&] { return sleeps(caller); });
      done++;
    });
    CHECK(done == size, "%d of %d rows were done when it returned", done.load(), size);
  }
}

void pools_go_on_after_work_that_throws() {
  ThreadPool pool(3);
  for (int round = 0; round < 50; round++) {
    std::atomic<int> others{0};
    bool has_thrown = false;
    try {
      pool.for_rows(30, 1, [&](int worker, int, int) {
        if (worker == 0) throw std::runtime_error("no memory");
        others++;
      });
    } catch (const std::runtime_error&) {
      has_thrown = true;
    }
    // Unless the others had taken all rows before the caller came to one.
    CHECK(has_thrown || others == 30, "what was thrown is lost");
    check_rows(pool, 30, 1);
  }
}

void threads_kept_awake_sleep_after_all() {
  // Threads that outnumber the cores would not be kept awake.
  ThreadPool pool(2);
  const ThreadPool::Awake awake(pool);
  for (int round = 0; round < 3; round++) {
    const std::vector<long> threads = threads_of(pool);
    for (int worker = 1; worker < pool.size(); worker++) {
      wait_until([&] { return sleeps(threads[static_cast<size_t>(worker)]); });
    }
    check_rows(pool, 40, 3);
  }
}
