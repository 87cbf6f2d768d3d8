-- Logs in `email`, or else one of the users 1 to `count` at random, but those whose number `stride` divides.
wrk.method = "POST"
wrk.path = "/api/v1/auth/login"
wrk.headers["Content-Type"] = "application/json"

local function body(email)
    return '{"email":"' .. email .. '","password":"' .. password .. '"}'
end

if email then
    wrk.body = body(email)
else
    function request()
        local number = math.random(count - 1)
        if number % stride == 0 then number = number + 1 end
        return wrk.format(nil, nil, nil, body("user-" .. number .. "@bench.example"))
    end
end
