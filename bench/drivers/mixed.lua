-- Through the gateway: new manufacturers, lists, lists of the past, searches, single things of several services.
package.path = debug.getinfo(1).source:match("@?(.*/)") .. "?.lua;" .. package.path
local common = require("common")
local count = 0
local paths = {
    "/api/assets/v1/manufacturers?limit=50", "/api/assets/v1/manufacturers?q=bench&limit=20", "/api/assets/v1/devices",
    "/api/incidents/v1/tickets", "/api/contracts/v1/contracts", "/api/software/v1/products", "/api/identity/v1/org-units",
}

function request()
    count = count + 1
    local headers = { ["Authorization"] = "Bearer " .. common.token }
    if count % 4 == 0 then
        headers["Content-Type"] = "application/json"
        headers["Idempotency-Key"] = common.run .. "-" .. count
        return wrk.format("POST", "/api/assets/v1/manufacturers", headers,
            '{"name":"Bench ' .. common.run .. " " .. count .. '"}')
    end
    if count % 40 == 1 then
        local then_ = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - 90 - count % 30)
        return wrk.format("GET", "/api/assets/v1/manufacturers?as_of=" .. then_, headers)
    end
    return wrk.format("GET", paths[count % #paths + 1], headers)
end

done = common.done
