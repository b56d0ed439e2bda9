/**
 * Makes a connection the one that may write: of a host that opens the store (epoch 0), which takes it from all earlier
 * ones, or of the host that has it, whose earlier connections are shut out with all that is still on its way from them.
 * The clock is part of the epoch so that it also grows when Redis has lost what it held.
 *
 * `KEYS: prefix; ARGV: owner, epoch or 0, connection, time to live, (session, execution, data)*`. The triples are claims
 * of which the answer never came: they are taken back. Answers the epoch and whether the fence had been lost.
 */
export const fenceLua = `
local owner, epoch, connection = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local format = redis.call('GET', prefix .. 'format')
if format and format ~= '1' then return redis.error_reply('FORMAT ' .. format) end
local stored = redis.call('GET', prefix .. 'fence')
local storedEpoch, storedOwner = 0, ''
if stored then
  storedEpoch, storedOwner = string.match(stored, '^(%d+):([^:]+):%d+$')
  if not storedEpoch then return redis.error_reply('DAMAGED ' .. prefix .. 'fence') end
  storedEpoch = tonumber(storedEpoch)
end
local isLost = epoch > 0 and storedEpoch < epoch
if epoch == 0 then
  local time = redis.call('TIME')
  epoch = math.max(storedEpoch + 1, tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
elseif storedEpoch > epoch or (storedEpoch == epoch and storedOwner ~= owner) then
  return redis.error_reply('OVERTAKEN ' .. stored)
end
local shown = string.format('%.0f', epoch)
redis.call('SET', prefix .. 'fence', shown .. ':' .. owner .. ':' .. connection)
redis.call('SET', prefix .. 'format', '1')
for at = 5, #ARGV, 3 do
  local sid, eid = ARGV[at], ARGV[at + 1]
  if not damagedShared() and not damagedOf(sid)
    and redis.call('HGET', of('executions', sid), eid) == ARGV[at + 2] then dropExecution(sid, eid) end
end
keepAlive({}, tonumber(ARGV[4]))
return {shown, isLost and 1 or 0}
`;
