-- Asks for `path` with each of the `tokens` in turn.
local requests = {}
local last = 0

function init()
    for index, token in ipairs(tokens) do
        requests[index] = wrk.format("GET", path, {["Authorization"] = "Bearer " .. token})
    end
end

function request()
    last = last % #requests + 1
    return requests[last]
end
