-- Reads devices at random.
package.path = debug.getinfo(1).source:match("@?(.*/)") .. "?.lua;" .. package.path
local common = require("common")

function request()
    local path = "/v1/devices/" .. common.ids[math.random(#common.ids)]
    return wrk.format("GET", path, { ["Authorization"] = "Bearer " .. common.token })
end

done = common.done
