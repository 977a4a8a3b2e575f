// Threads that share the tasks of one call at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace nlp {

// Calls may come from several threads: while one has the pool, the others work alone. So does a
// process that was forked, which has none of its threads.
class ThreadPool {
  public:
    // Threads that work, the caller among them; the others start with the first call.
    explicit ThreadPool(std::size_t threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    // Calls `task` with 0 to count - 1, in any order, and returns when all are done. The first
    // exception of a task is thrown again; tasks that haven't begun are left out then.
    void run(std::size_t count, const std::function<void(std::size_t)>& task);

  private:
    struct Shared;
    Shared* shared_;  // left alone by a forked process: its threads aren't there to be joined
};

}  // namespace nlp
