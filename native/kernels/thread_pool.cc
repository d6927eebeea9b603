#include "thread_pool.h"

#include <algorithm>

namespace mavseg {

ThreadPool::ThreadPool(int size) {
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
  {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ = &work;
    rows_ = rows;
    chunk_ = chunk;
    next_.store(0, std::memory_order_relaxed);
    turn_++;
  }
  wake_.notify_all();
  take_chunks(0, work);
  std::unique_lock<std::mutex> lock(mutex_);
  // Whoever wakes from here on finds nothing to do.
  work_ = nullptr;
  idle_.wait(lock, [this] { return busy_ == 0; });
}

void ThreadPool::serve(int worker) {
  unsigned seen = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopped_ || (work_ != nullptr && turn_ != seen); });
    if (stopped_) return;
    seen = turn_;
    const Rows& work = *work_;
    busy_++;
    lock.unlock();
    take_chunks(worker, work);
    lock.lock();
    if (--busy_ == 0) idle_.notify_one();
  }
}

void ThreadPool::take_chunks(int worker, const Rows& work) {
  for (;;) {
    const int from = next_.fetch_add(chunk_, std::memory_order_relaxed);
    if (from >= rows_) return;
    work(worker, from, std::min(from + chunk_, rows_));
  }
}

}  // namespace mavseg
