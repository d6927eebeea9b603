#include "thread_pool.h"

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <chrono>

#include "pause.h"

namespace mavseg {

namespace {

using Clock = std::chrono::steady_clock;

/** For the end of a chunk in another thread's hands: 5 to 15 us where that thread has a core. */
constexpr std::chrono::microseconds kForChunk{20};

/** For a frame's next turn: a few us where the caller has a core. */
constexpr std::chrono::microseconds kForTurn{5};

/** For one that comes late. A thread that sleeps is woken in 30 us at best and in 100 on a virtual machine. */
constexpr std::chrono::microseconds kForLateTurn{50};

/** Looks whether something holds, for so long, and keeps the core. */
template <typename Holds>
bool holds_within(Clock::duration limit, const Holds& holds) {
  constexpr int kLooksPerClock = 32;
  const Clock::time_point start = Clock::now();
  do {
    for (int look = 0; look < kLooksPerClock; look++) {
      if (holds()) return true;
      pause();
    }
  } while (Clock::now() - start < limit);
  return false;
}

/** The same, but leaves the core to whoever wants it: it may be the very thread that is waited for. */
template <typename Holds>
bool holds_within_yielding(Clock::duration limit, const Holds& holds) {
  const Clock::time_point start = Clock::now();
  do {
    if (holds()) return true;
    std::this_thread::yield();
  } while (Clock::now() - start < limit);
  return false;
}

int usable_cores() {
#if defined(__linux__)
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

bool is_open(unsigned turn) { return turn % 2 == 1; }

}  // namespace

ThreadPool::ThreadPool(int size) : may_wait_awake_(usable_cores() >= size) {
  for (int worker = 1; worker < size; worker++) threads_.emplace_back([this, worker] { serve(worker); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::for_rows(int rows, int chunk, const Rows& work) {
  if (threads_.empty() || rows <= chunk) {
    if (rows > 0) work(0, 0, rows);
    return;
  }
  work_ = &work;
  rows_ = rows;
  chunk_ = chunk;
  next_.store(0, std::memory_order_relaxed);
  turn_.fetch_add(1);
  // turn_, sleepers_, busy_ and is_awaited_ are in sequential order everywhere: of two threads that each write one and then
  // read the other's, at least one sees what the other wrote.
  if (sleepers_.load() > 0) {
    // One that saw the turn before is in its wait once this lock is had.
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }
  const TurnEnd end{*this};
  take_chunks(0);
}

ThreadPool::TurnEnd::~TurnEnd() {
  // Whoever comes from here on finds nothing to do.
  pool.turn_.fetch_add(1);
  pool.wait_until_idle();
}

void ThreadPool::wait_until_idle() {
  const auto is_idle = [this] { return busy_.load() == 0; };
  if (is_idle() || (may_wait_awake_ && holds_within(kForChunk, is_idle))) return;
  std::unique_lock<std::mutex> lock(mutex_);
  is_awaited_.store(true);
  idle_.wait(lock, is_idle);
  is_awaited_.store(false);
}

void ThreadPool::serve(int worker) {
  unsigned seen = 0;
  for (;;) {
    const unsigned turn = next_turn(seen);
    if (!is_open(turn)) return;
    busy_.fetch_add(1);
    // Where the turn has ended meanwhile, the caller may not have seen that this thread is busy.
    if (turn_.load() == turn) take_chunks(worker);
    if (busy_.fetch_sub(1) == 1 && is_awaited_.load()) {
      std::lock_guard<std::mutex> lock(mutex_);
      idle_.notify_one();
    }
    seen = turn;
  }
}

/** @return an open turn, or at the pool's end 0 */
unsigned ThreadPool::next_turn(unsigned seen) {
  unsigned turn = seen;
  const auto has_come = [&] {
    turn = turn_.load();
    return is_open(turn) && turn != seen;
  };
  const auto is_over = [&] { return has_come() || !is_awake_.load(std::memory_order_relaxed); };
  if (may_wait_awake_ && !holds_within(kForTurn, is_over)) holds_within_yielding(kForLateTurn, is_over);
  if (has_come()) return turn;
  std::unique_lock<std::mutex> lock(mutex_);
  sleepers_.fetch_add(1);
  wake_.wait(lock, [&] { return has_come() || stopped_; });
  sleepers_.fetch_sub(1);
  return stopped_ ? 0 : turn;
}

void ThreadPool::take_chunks(int worker) {
  for (;;) {
    const int from = next_.fetch_add(chunk_, std::memory_order_relaxed);
    if (from >= rows_) return;
    (*work_)(worker, from, std::min(from + chunk_, rows_));
  }
}

}  // namespace mavseg
