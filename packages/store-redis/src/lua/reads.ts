/** `ARGV: session, execution or nothing, how many`. Answers execution and data in turns, newest first. */
export const executionsLua = `
local sid, before, limit = ARGV[1], ARGV[2], ARGV[3]
local from = '+inf'
if before ~= '' then
  local number = redis.call('ZSCORE', of('order', sid), before)
  if not number then return false end
  from = '(' .. number
end
local found = {}
for _, eid in ipairs(redis.call('ZREVRANGEBYSCORE', of('order', sid), from, '-inf', 'LIMIT', 0, limit)) do
  found[#found + 1] = eid
  found[#found + 1] = redis.call('HGET', of('executions', sid), eid)
end
return found
`;

/** `ARGV: session, first row, end of rows, how many, bytes`. Answers rows in their order. */
export const eventsLua = `
local events = of('events', ARGV[1])
local at = redis.call('ZLEXCOUNT', events, '-', '(' .. ARGV[2])
local stop = redis.call('ZLEXCOUNT', events, '-', '(' .. ARGV[3])
local limit, maxBytes = tonumber(ARGV[4]), tonumber(ARGV[5])
local found, size = {}, 0
while at < stop and #found < limit and size < maxBytes do
  local rows = redis.call('ZRANGE', events, at, math.min(at + 15, stop - 1))
  for _, row in ipairs(rows) do
    if #found >= limit or size >= maxBytes then break end
    found[#found + 1] = row
    size = size + #row
  end
  at = at + 16
end
return found
`;

/** `ARGV: session, first row, end of rows, bytes`. Answers so many first bytes of the last row, or nothing. */
export const lastEventLua = `
local events = of('events', ARGV[1])
local first = redis.call('ZLEXCOUNT', events, '-', '(' .. ARGV[2])
local stop = redis.call('ZLEXCOUNT', events, '-', '(' .. ARGV[3])
if stop == first then return false end
return string.sub(redis.call('ZRANGE', events, stop - 1, stop - 1)[1], 1, tonumber(ARGV[4]))
`;
