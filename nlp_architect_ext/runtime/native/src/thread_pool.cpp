#include "thread_pool.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace nlp {
namespace {

long process() {
#if defined(_WIN32)
    return 0;
#else
    return static_cast<long>(getpid());
#endif
}

}  // namespace

struct ThreadPool::Shared {
    explicit Shared(std::size_t helpers) : wanted(helpers) {}

    void work();
    void help();
    void start();

    const std::size_t wanted;
    const long owner = process();
    std::mutex in_use;  // by one call at a time

    std::mutex mutex;  // of all that follows
    std::condition_variable has_work;
    std::condition_variable is_done;
    std::vector<std::thread> threads;
    std::size_t round = 0;    // calls so far
    std::size_t helping = 0;  // threads that haven't finished this round
    bool is_over = false;
    std::exception_ptr error;

    const std::function<void(std::size_t)>* task = nullptr;
    std::size_t count = 0;
    std::atomic<std::size_t> next{0};
};

// Takes one task after another until none is left.
void ThreadPool::Shared::work() {
    for (;;) {
        const std::size_t own = next.fetch_add(1);
        if (own >= count) return;
        try {
            (*task)(own);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex);
            if (!error) error = std::current_exception();
            next = count;
        }
    }
}

void ThreadPool::Shared::help() {
    std::size_t seen = 0;
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
        has_work.wait(lock, [&] { return is_over || round != seen; });
        if (is_over) return;
        seen = round;
        lock.unlock();
        work();
        lock.lock();
        if (--helping == 0) is_done.notify_one();
    }
}

void ThreadPool::Shared::start() {
    try {
        while (threads.size() < wanted) threads.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
        // The system gives no more of them: those that are there do it.
    }
}

ThreadPool::ThreadPool(std::size_t threads) : shared_(new Shared(threads - 1)) {}

ThreadPool::~ThreadPool() {
    if (shared_->owner != process()) return;
    {
        const std::lock_guard<std::mutex> lock(shared_->mutex);
        shared_->is_over = true;
    }
    shared_->has_work.notify_all();
    for (std::thread& thread : shared_->threads) thread.join();
    delete shared_;
}

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
    const bool is_worth_it = count > 1 && shared_->wanted > 0 && shared_->owner == process();
    const bool is_ours = is_worth_it && shared_->in_use.try_lock();
    if (!is_ours) {
        for (std::size_t own = 0; own < count; ++own) task(own);
        return;
    }
    const std::lock_guard<std::mutex> in_use(shared_->in_use, std::adopt_lock);
    {
        const std::lock_guard<std::mutex> lock(shared_->mutex);
        shared_->start();
        shared_->task = &task;
        shared_->count = count;
        shared_->next = 0;
        shared_->error = nullptr;
        shared_->helping = shared_->threads.size();
        ++shared_->round;
    }
    shared_->has_work.notify_all();
    shared_->work();
    std::unique_lock<std::mutex> lock(shared_->mutex);
    shared_->is_done.wait(lock, [&] { return shared_->helping == 0; });
    if (shared_->error) std::rethrow_exception(shared_->error);
}

}  // namespace nlp
