/** `ARGV: …, number of sessions, (session, 1 when it is looked at first)*, changes` as encode-changes.ts makes them. */
export const writeLua = `
local at = 2
local function take()
  at = at + 1
  return ARGV[at]
end
local damaged = damagedShared()
local sids = {}
for _ = 1, tonumber(take()) do
  local sid = take()
  sids[#sids + 1] = sid
  if take() == '1' then damaged = damaged or damagedOf(sid) end
end
if damaged then return redis.error_reply('DAMAGED ' .. damaged) end

local function putSession(sid, createdAt, data)
  redis.call('SET', of('session', sid), data)
  redis.call('ZADD', prefix .. 'sessions', createdAt, sid)
  redis.call('HDEL', prefix .. 'tombstones', sid)
  redis.call('ZREM', prefix .. 'buried', sid)
end

local function burySession(sid, buriedAt, data)
  dropSession(sid)
  redis.call('HSET', prefix .. 'tombstones', sid, data)
  redis.call('ZADD', prefix .. 'buried', buriedAt, sid)
end

-- Rows come in the order of their numbers, each number once.
local function putEvents(sid, eid, count)
  local first = at + 1
  at = at + count
  if redis.call('HEXISTS', of('executions', sid), eid) == 0 then return end
  local events = of('events', sid)
  local rows = eventsOf(eid)
  local length = #rows + 8
  local isReplacing = redis.call('ZLEXCOUNT', events, '[' .. string.sub(ARGV[first], 1, length), '(' .. rows .. '\\255') > 0
  for index = first, at do
    local row = ARGV[index]
    if isReplacing then
      local name = string.sub(row, 1, length)
      redis.call('ZREMRANGEBYLEX', events, '[' .. name, '(' .. name .. '\\255')
    end
    redis.call('ZADD', events, 0, row)
  end
end

while at < #ARGV do
  local change, id = take(), take()
  if change == 'session' then putSession(id, take(), take())
  elseif change == 'session_gone' then burySession(id, take(), take())
  elseif change == 'execution' then putExecution(id, take(), take(), take(), take())
  elseif change == 'execution_gone' then dropExecution(id, take())
  elseif change == 'events' then putEvents(id, take(), tonumber(take())) end
end
keepAlive(sids, ttlMs)
return 1
`;

/** `ARGV: …, session, execution, key or nothing, data`. Answers nothing, or the execution that has the key, with its data. */
export const claimLua = `
local sid, eid, key, data = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local damaged = damagedShared() or damagedOf(sid)
if damaged then return redis.error_reply('DAMAGED ' .. damaged) end
if redis.call('EXISTS', of('session', sid)) == 0 then return redis.error_reply('NOSESSION ' .. sid) end
if key ~= '' then
  local first = redis.call('HGET', of('keys', sid), 'k' .. key)
  if first then return {first, redis.call('HGET', of('executions', sid), first)} end
end
putExecution(sid, eid, key, '', data)
keepAlive({sid}, ttlMs)
return false
`;

/** `ARGV: …, time`: at most 1,000. Answers how many went. */
export const pruneTombstonesLua = `
local damaged = damagedShared()
if damaged then return redis.error_reply('DAMAGED ' .. damaged) end
local old = redis.call('ZRANGEBYSCORE', prefix .. 'buried', '-inf', '(' .. ARGV[3], 'LIMIT', 0, 1000)
for _, sid in ipairs(old) do
  redis.call('ZREM', prefix .. 'buried', sid)
  redis.call('HDEL', prefix .. 'tombstones', sid)
end
return #old
`;

/** `ARGV: …, time, how many, session*`: at most 1,000 executions of each. Answers whether there may be more. */
export const pruneExecutionsLua = `
local damaged = damagedShared()
if damaged then return redis.error_reply('DAMAGED ' .. damaged) end
local before, max = ARGV[3], tonumber(ARGV[4])
local hasMore = 0
for index = 5, #ARGV do
  local sid = ARGV[index]
  if not damagedOf(sid) then
    local old = redis.call('ZRANGEBYSCORE', of('ended', sid), '-inf', '(' .. before, 'LIMIT', 0, 1000)
    for _, eid in ipairs(old) do dropExecution(sid, eid) end
    if #old == 1000 then hasMore = 1 end
    local excess = redis.call('ZCARD', of('ended', sid)) - max
    if excess > 1000 then excess, hasMore = 1000, 1 end
    if excess > 0 then
      for _, eid in ipairs(redis.call('ZRANGE', of('order', sid), 0, -1)) do
        if excess == 0 then break end
        if redis.call('ZSCORE', of('ended', sid), eid) then
          dropExecution(sid, eid)
          excess = excess - 1
        end
      end
    end
  end
end
return hasMore
`;

/** `ARGV: …, session*`: puts off their ends, or takes those away; what remains of one that has gone is removed. */
export const renewLua = `
local damaged = damagedShared()
if damaged then return redis.error_reply('DAMAGED ' .. damaged) end
for index = 3, #ARGV do
  local sid = ARGV[index]
  if redis.call('EXISTS', of('session', sid)) == 0 then dropSession(sid)
  elseif ttlMs > 0 then keepAlive({sid}, ttlMs)
  else
    redis.call('PERSIST', of('session', sid))
    for name in pairs(kinds) do redis.call('PERSIST', of(name, sid)) end
  end
end
if ttlMs == 0 then
  for name in pairs(shared) do redis.call('PERSIST', prefix .. name) end
  for _, name in ipairs({'number', 'fence', 'format'}) do redis.call('PERSIST', prefix .. name) end
else keepAlive({}, ttlMs) end
return 1
`;
