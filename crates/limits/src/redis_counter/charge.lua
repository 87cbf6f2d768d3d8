-- Charges all of the keys or none, by the clock of Redis: each key holds its theoretical arrival time in microseconds.
-- ARGV has an interval and a capacity in microseconds for each key. Answers 0, or the number of the first key without
-- room, and how long it will have none.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrivals = {}
for position = 1, #KEYS do
    local interval, capacity = tonumber(ARGV[2 * position - 1]), tonumber(ARGV[2 * position])
    local arrival = tonumber(redis.call('GET', KEYS[position]) or 0) or 0
    -- One later than the capacity allows is of another quota, or of a clock that was set back.
    if arrival < now or arrival > now + capacity then
        arrival = now
    end
    arrival = arrival + interval
    if arrival > now + capacity then
        return { position, arrival - now - capacity }
    end
    arrivals[position] = arrival
end
for position = 1, #KEYS do
    local milliseconds = math.ceil((arrivals[position] - now) / 1000)
    redis.call('SET', KEYS[position], string.format('%.0f', arrivals[position]), 'PX', milliseconds)
end
return { 0, 0 }
