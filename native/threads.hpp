// A small thread pool: one job at a time, indices handed out in order, the caller works too.
#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace reelscape {

class ThreadPool {
public:
    explicit ThreadPool(int num_threads) {
        workers_.reserve(static_cast<std::size_t>(std::max(0, num_threads - 1)));
        try {
            for (int i = 1; i < num_threads; ++i) workers_.emplace_back([this] { work(); });
        } catch (const std::exception &) {
            // The system gives no more threads (a limit on them, or on memory): those made so far do the work.
        }
    }
    ~ThreadPool() {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            stop_ = true;
        }
        wake_.notify_all();
        for (auto &worker : workers_) worker.join();
    }
    ThreadPool(const ThreadPool &) = delete;
    ThreadPool &operator=(const ThreadPool &) = delete;

    int num_threads() const { return static_cast<int>(workers_.size()) + 1; }

    // Calls body(i) for i in [0, count), spread over the threads; returns when all are done. What a body throws ends the
    // round early and is thrown again here.
    void for_each(int count, const std::function<void(int)> &body) {
        if (count <= 1 || workers_.empty()) {
            for (int i = 0; i < count; ++i) body(i);
            return;
        }
        {
            std::lock_guard<std::mutex> lock(mutex_);
            body_ = &body;
            count_ = count;
            next_.store(0);
            busy_ = static_cast<int>(workers_.size());
            ++round_;
        }
        wake_.notify_all();
        drain(body, count);
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return busy_ == 0; });
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    void drain(const std::function<void(int)> &body, int count) {
        try {
            for (int i = next_.fetch_add(1); i < count; i = next_.fetch_add(1)) body(i);
        } catch (...) {
            next_.store(count);
            std::lock_guard<std::mutex> lock(mutex_);
            error_ = std::current_exception();
        }
    }
    void work() {
        unsigned seen = 0;
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            wake_.wait(lock, [&] { return stop_ || round_ != seen; });
            if (stop_) return;
            seen = round_;
            const auto *body = body_;
            const int count = count_;
            lock.unlock();
            drain(*body, count);
            lock.lock();
            if (--busy_ == 0) done_.notify_one();
        }
    }

    std::vector<std::thread> workers_;
    std::mutex mutex_;
    std::condition_variable wake_, done_;
    const std::function<void(int)> *body_ = nullptr;
    int count_ = 0, busy_ = 0;
    unsigned round_ = 0;
    bool stop_ = false;
    std::exception_ptr error_;
    std::atomic<int> next_{0};
};

} // namespace reelscape
