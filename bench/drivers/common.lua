-- Shared by the request scripts of wrk. A line of results is rate, p50 and p99 in milliseconds, and what went wrong.
local M = { token = os.getenv("TOKEN"), run = os.getenv("RUN"), path = os.getenv("REQUEST_PATH"), ids = {} }

local file = io.open(os.getenv("IDS") or "")
if file then
    for line in file:lines() do M.ids[#M.ids + 1] = line end
    file:close()
end

function M.done(summary, latency)
    local e = summary.errors
    io.write(string.format("RESULT %.1f %.3f %.3f %d\n", summary.requests / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, e.status + e.connect + e.read + e.write + e.timeout))
end

return M
