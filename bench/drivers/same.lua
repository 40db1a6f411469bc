-- Reads the same path again and again.
package.path = debug.getinfo(1).source:match("@?(.*/)") .. "?.lua;" .. package.path
local common = require("common")
local text

function request()
    text = text or wrk.format("GET", common.path, { ["Authorization"] = "Bearer " .. common.token })
    return text
end

done = common.done
