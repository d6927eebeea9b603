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

  explicit ThreadPool(int size);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()) + 1; }

  /** Runs `work` on rows 0 to below `rows` in chunks of `chunk` and returns when all are done. One caller at a time. */
  void for_rows(int rows, int chunk, const Rows& work);

 private:
  void serve(int worker);
  void take_chunks(int worker, const Rows& work);

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  const Rows* work_ = nullptr;
  unsigned turn_ = 0;
  int busy_ = 0;
  bool stopped_ = false;
  int rows_ = 0;
  int chunk_ = 1;
  std::atomic<int> next_{0};
};

}  // namespace mavseg
