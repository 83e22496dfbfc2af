-- Prints wrk's counts as a line of JSON. With REQUESTS, the name of a file, it asks for the paths
-- in it, one after the other; without it every request is the same, and costs no Lua at all.

local list = os.getenv("REQUESTS")
if list and list ~= "" then
   local requests, at = {}, 0
   function init()
      for path in io.lines(list) do
         requests[#requests + 1] = wrk.format("GET", path)
      end
   end
   function request()
      at = at % #requests + 1
      return requests[at]
   end
end

-- `status` counts answers from 400 on: for the 404 row these are the right ones.
function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "bytes": %d, "refused": %d, "errors": %d, ' ..
      '"p50_us": %.1f, "p99_us": %.1f, "worst_us": %.1f}\n',
      summary.requests, summary.bytes, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50), latency:percentile(99), latency.max))
end
