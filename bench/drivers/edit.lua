-- Edits devices at random, each request with an idempotency key of its own.
package.path = debug.getinfo(1).source:match("@?(.*/)") .. "?.lua;" .. package.path
local common = require("common")
local count = 0

function request()
    count = count + 1
    local path = "/v1/devices/" .. common.ids[math.random(#common.ids)]
    return wrk.format("PATCH", path, {
        ["Authorization"] = "Bearer " .. common.token,
        ["Content-Type"] = "application/merge-patch+json",
        ["Idempotency-Key"] = common.run .. "-" .. count,
    }, '{"note":"note ' .. common.run .. " " .. count .. '"}')
end

done = common.done
