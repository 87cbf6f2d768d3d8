-- Times are in microseconds. `status` counts other answers than 2xx and 3xx.
function done(summary, latency, requests)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
    print(string.format('{"requests": %d, "micros": %d, "failed": %d, "p99_micros": %d}', summary.requests,
        summary.duration, failed, latency:percentile(99)))
end
