-- Charges a call by the clock of Redis: each key holds its theoretical arrival time in microseconds. The last two keys are
-- the total and the reserve, those before are of the address. ARGV has an interval, a capacity and a fair share in
-- microseconds for each key. Answers 0, or the number of the key without room that refuses the call, and how long it will
-- have none.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local charged = {}

-- Charges a key, to be kept; what is used of it then, or nothing and how long it has no room.
local function charge(position)
    local interval, capacity = tonumber(ARGV[3 * position - 2]), tonumber(ARGV[3 * position - 1])
    local arrival = tonumber(redis.call('GET', KEYS[position]) or 0) or 0
    -- One later than the capacity allows is of another quota, or of a clock that was set back.
    if arrival < now or arrival > now + capacity then
        arrival = now
    end
    arrival = arrival + interval
    if arrival > now + capacity then
        return nil, arrival - now - capacity
    end
    charged[position] = arrival
    return arrival - now
end

local function keep()
    for position, arrival in pairs(charged) do
        local milliseconds = math.ceil((arrival - now) / 1000)
        redis.call('SET', KEYS[position], string.format('%.0f', arrival), 'PX', milliseconds)
    end
end

local total, reserve = #KEYS - 1, #KEYS
local is_quiet = true
for position = 1, total - 1 do
    local used, wait = charge(position)
    if not used then
        return { position, wait }
    end
    is_quiet = is_quiet and used <= tonumber(ARGV[3 * position])
end
local used, wait = charge(total)
if not used and not (is_quiet and charge(reserve)) then
    keep()
    return { total, wait }
end
keep()
return { 0, 0 }
