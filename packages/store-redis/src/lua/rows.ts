/**
 * What scripts share: the names of keys, and how rows come and go. Of each session there are
 *
 * - `session:<id>`: its record
 * - `executions:<id>`: hash, execution to record
 * - `order:<id>`: sorted set, executions by the number of their acceptance
 * - `ended:<id>`: sorted set, those that have ended by the time of that
 * - `keys:<id>`: hash, `k` + idempotency key to execution, and `i` + execution to key
 * - `events:<id>`: sorted set by bytes, of rows that begin with execution and number ([event-row.ts](../event-row.ts))
 *
 * and of all of them `sessions` and `buried` (sorted sets by time), `tombstones` (hash), `unfinished` (sorted set of
 * `session/execution` by number), `number` (the last one), `fence` and `format`.
 */
export const rowsLua = `
local prefix = KEYS[1]
local kinds = { executions = 'hash', order = 'zset', ended = 'zset', keys = 'hash', events = 'zset' }
local shared = { sessions = 'zset', buried = 'zset', tombstones = 'hash', unfinished = 'zset' }

local function of(kind, sid) return prefix .. kind .. ':' .. sid end

local function holds(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == 'none' or found == kind
end

-- A script that fails half way is not undone: what somebody else has put in the place of a key is found before anything is changed.
local function damagedOf(sid)
  for name, kind in pairs(kinds) do
    if not holds(of(name, sid), kind) then return of(name, sid) end
  end
end

local function damagedShared()
  for name, kind in pairs(shared) do
    if not holds(prefix .. name, kind) then return prefix .. name end
  end
  local key = prefix .. 'number'
  if not holds(key, 'string') or not string.match(redis.call('GET', key) or '0', '^%d+$') then return key end
end

local function eventsOf(eid) return struct.pack('>I2', #eid) .. eid end

local function dropExecution(sid, eid)
  redis.call('ZREM', of('order', sid), eid)
  redis.call('ZREM', of('ended', sid), eid)
  redis.call('HDEL', of('executions', sid), eid)
  redis.call('ZREM', prefix .. 'unfinished', sid .. '/' .. eid)
  local key = redis.call('HGET', of('keys', sid), 'i' .. eid)
  if key then redis.call('HDEL', of('keys', sid), 'i' .. eid, 'k' .. key) end
  local rows = eventsOf(eid)
  redis.call('ZREMRANGEBYLEX', of('events', sid), '[' .. rows, '(' .. rows .. '\\255')
end

local function dropSession(sid)
  if holds(of('order', sid), 'zset') then
    for _, eid in ipairs(redis.call('ZRANGE', of('order', sid), 0, -1)) do
      redis.call('ZREM', prefix .. 'unfinished', sid .. '/' .. eid)
    end
  end
  redis.call('ZREM', prefix .. 'sessions', sid)
  redis.call('UNLINK', of('session', sid))
  for name in pairs(kinds) do redis.call('UNLINK', of(name, sid)) end
end

local function putExecution(sid, eid, key, endedAt, data)
  if redis.call('EXISTS', of('session', sid)) == 0 then return end
  local number = redis.call('ZSCORE', of('order', sid), eid)
  if not number then
    number = redis.call('INCR', prefix .. 'number')
    redis.call('ZADD', of('order', sid), number, eid)
  end
  redis.call('HSET', of('executions', sid), eid, data)
  if key ~= '' and redis.call('HSETNX', of('keys', sid), 'k' .. key, eid) == 1 then
    redis.call('HSET', of('keys', sid), 'i' .. eid, key)
  end
  if endedAt ~= '' then
    redis.call('ZADD', of('ended', sid), endedAt, eid)
    redis.call('ZREM', prefix .. 'unfinished', sid .. '/' .. eid)
  else
    redis.call('ZREM', of('ended', sid), eid)
    redis.call('ZADD', prefix .. 'unfinished', number, sid .. '/' .. eid)
  end
end

-- 0: for ever; what has no time to live of its own keeps none.
local function keepAlive(sids, ttlMs)
  if ttlMs == 0 then return end
  for name in pairs(shared) do redis.call('PEXPIRE', prefix .. name, ttlMs) end
  for _, name in ipairs({'number', 'fence', 'format'}) do redis.call('PEXPIRE', prefix .. name, ttlMs) end
  for _, sid in ipairs(sids) do
    redis.call('PEXPIRE', of('session', sid), ttlMs)
    for name in pairs(kinds) do redis.call('PEXPIRE', of(name, sid), ttlMs) end
  end
end
`;

/** Goes before what writes: only the connection that has the fence may. `ARGV: token, time to live, …` */
export const guardLua = `
local fence = redis.call('GET', prefix .. 'fence')
if not fence then return redis.error_reply('LOST ' .. prefix .. 'fence') end
if fence ~= ARGV[1] then return redis.error_reply('OVERTAKEN ' .. fence) end
local ttlMs = tonumber(ARGV[2])
`;
