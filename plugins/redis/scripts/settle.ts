/** The end of leases, and leases that go on. @module */

/**
 * `ARGV[1]`: errors that a job keeps; `ARGV[2]`: of each settlement id, token, action, number, text, error of the attempt.
 * The number is how long it ran (-1: not known) or a delay, the text a result or an error. Answers a letter for each.
 */
export const SETTLE: string = String.raw`
local most, list = tonumber(ARGV[1]), cjson.decode(ARGV[2])
local ids = {}
for i = 1, #list, 6 do ids[#ids + 1] = list[i] end
local states = getMany(B .. 'state', ids)
local answer, over, changed, gone, back, sets, failed = {}, {}, {}, {}, {}, {}, {}
local endOf = ',' .. string.format('%.0f', now) .. ',0]'

-- Most jobs succeed: their state is cut and glued, which is four times as fast as to read and write it.
local function succeed(id, text, token, number, result)
  local tail = ',"' .. token .. '",0]'
  if string.sub(text, -#tail) ~= tail or string.sub(text, 1, 4) ~= '["R"' then return false end
  local started, flags = string.sub(text, -#tail - 13, -#tail - 1), string.byte(text, 6) - 48
  if number >= 0 and now - number > tonumber(started) then started = string.format('%.0f', now - number) end
  local new = '["S"' .. string.sub(text, 5, -#tail - 14) .. started .. endOf
  if result ~= '' and flags % 2 == 1 then new = new .. '\n' .. result end
  noteEnd(id, 'S', flags, new)
  return true
end

local function settle(id, state, action, number, text, attempt)
  local started = state[10]
  if number >= 0 then started = math.max(started, now - number) end
  if attempt ~= '' then failed[#failed + 1] = { id, attempt } end
  if action == 'succeed' then
    finish(id, state, 'S', started, state[2] % 2 == 1 and text)
  elseif action == 'fail' or action == 'cancel' then
    finish(id, state, action == 'fail' and 'F' or 'C', started, text)
  elseif state[12] == 1 then
    -- Someone was promised that a job that comes back does not run again.
    if action ~= 'retry' then state[3] = state[3] - 1 end
    state[9] = ''
    finish(id, state, 'C', 0, cancelledText(id))
  else
    local attempts = action == 'retry' and state[3] or state[3] - 1
    local runAt = action == 'release' and state[5] or now + number
    changed[#changed + 1] = id
    changed[#changed + 1] = waiting(state, attempts, state[4], runAt)
    if action ~= 'release' and number > 0 then put(sets, (action == 'retry' and 'r:' or 's:') .. state[8], runAt, id)
    else put(back, state[8], state[7], id) end
  end
end

for i, id in ipairs(ids) do
  local at = i * 6 - 6
  local text, token, action, number = states[i], list[at + 2], list[at + 3], list[at + 4]
  local live = text and not over[id]
  if live and not (action == 'succeed' and succeed(id, text, token, number, list[at + 5])) then
    local state = leased(text, token)
    live = state
    if state then settle(id, state, action, number, list[at + 5], list[at + 6]) end
  end
  answer[i] = live and 's' or 'x'
  if live then
    over[id] = true
    gone[#gone + 1] = id
  end
end
-- First of all what takes no memory: what ends must get through also when Redis refuses everything that does.
many('ZREM', B .. 'l', gone)
many('HSET', B .. 'state', changed)
for _, one in ipairs(failed) do addError(one[1], one[2], most) end
writeEnded()
for queue, list in pairs(back) do push(queue, list) end
for set, list in pairs(sets) do later(set, list) end
return table.concat(answer)
`;

/** `ARGV[1]`: milliseconds; `ARGV[2]`: of each lease id and token. Answers a letter for each: lost, cancelled, or kept. */
export const RENEW: string = String.raw`
local leaseMs, list = tonumber(ARGV[1]), cjson.decode(ARGV[2])
local ids, answer, kept = {}, {}, {}
for i = 1, #list, 2 do ids[#ids + 1] = list[i] end
local states = getMany(B .. 'state', ids)
for i, id in ipairs(ids) do
  local state = leased(states[i], list[i * 2])
  answer[i] = state and (state[12] == 1 and 'c' or 'k') or 'l'
  if state then
    kept[#kept + 1] = now + leaseMs
    kept[#kept + 1] = id
  end
end
evenWhenFull()
many('ZADD', B .. 'l', kept)
return table.concat(answer)
`;
