#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mavseg {

/**
 * Shares the rows of a picture among a few threads. The calling thread works as well, so a pool of size 1 has no thread
 * of its own. Threads take chunk after chunk, so one that wakes late takes fewer and nobody waits for one that sleeps.
 */
class ThreadPool {
 public:
  /** Works on rows `from` to below `to`; `worker` is 0 to below `size()` and used by one thread at a time. */
  using Rows = std::function<void(int worker, int from, int to)>;

  /**
   * While it lives, threads wait awake for the next call of `for_rows`, for a moment each time: what lies between two
   * calls for one frame is shorter than what waking costs. One at a time, on the caller's thread.
   */
  class Awake {
   public:
    explicit Awake(ThreadPool& pool) : pool_(pool) { pool_.is_awake_.store(true, std::memory_order_relaxed); }
    ~Awake() { pool_.is_awake_.store(false, std::memory_order_relaxed); }
    Awake(const Awake&) = delete;
    Awake& operator=(const Awake&) = delete;

   private:
    ThreadPool& pool_;
  };

  explicit ThreadPool(int size);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()) + 1; }

  /**
   * Runs `work` on rows 0 to below `rows` in chunks of `chunk` and returns when all are done. One caller at a time. What
   * `work` throws on the caller's thread ends the call; on another thread it must not throw.
   */
  void for_rows(int rows, int chunk, const Rows& work);

 private:
  /** Ends a turn also where the work throws: no thread may be left with it. */
  struct TurnEnd {
    ThreadPool& pool;
    ~TurnEnd();
  };

  void serve(int worker);
  unsigned next_turn(unsigned seen);
  void take_chunks(int worker);
  void wait_until_idle();

  std::vector<std::thread> threads_;
  /** Whether each thread can have a core of its own: otherwise one that waits awake keeps another from its work. */
  const bool may_wait_awake_;

  /** What the open turn is about. Written while none is open and nobody is busy. */
  const Rows* work_ = nullptr;
  int rows_ = 0;
  int chunk_ = 1;

  /** Counts a turn's opening and its end: odd while it is open. Each on a cache line of its own, as all threads look. */
  alignas(64) std::atomic<unsigned> turn_{0};
  std::atomic<bool> is_awake_{false};
  alignas(64) std::atomic<int> next_{0};
  /** Threads at work, or looking whether the turn that they saw is still open. */
  alignas(64) std::atomic<int> busy_{0};

  /** For those who sleep. */
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::atomic<int> sleepers_{0};
  std::atomic<bool> is_awaited_{false};
  bool stopped_ = false;
};

}  // namespace mavseg
