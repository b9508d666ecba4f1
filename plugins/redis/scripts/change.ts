/** What people do with jobs and queues, and what jobs tell. @module */

/** `ARGV[1]`: ids. Answers a letter for each: cancelled, requested, finished, unknown. */
export const CANCEL: string = String.raw`
local answer = {}
for i, id in ipairs(cjson.decode(ARGV[1])) do
  local text, job = call('HGET', B .. 'state', id), fieldsOf(id)
  local state = text and stateOf(text) or { 'W' }
  if not job then answer[i] = 'u'
  elseif state[1] == 'R' then
    state[12] = 1
    call('HSET', B .. 'state', id, cjson.encode(state))
    answer[i] = 'r'
  elseif state[1] ~= 'W' then answer[i] = 'f'
  else
    local set = B .. 'q:' .. job.queue
    if not text then state = { 'W', job.flags, 0, 0, 0, 0, call('ZSCORE', set, id) or '0', job.queue } end
    for _, kind in ipairs({ 'q:', 's:', 'r:' }) do call('ZREM', B .. kind .. job.queue, id) end
    refresh('ready', job.queue, 'q:' .. job.queue)
    state[9] = ''
    finish(id, state, 'C', 0, cancelledText(id))
    -- At once: the same id may be named again.
    writeEnded()
    ended = { S = {}, F = {}, C = {}, state = {}, keys = {} }
    answer[i] = 'c'
  end
end
return table.concat(answer)
`;

/** `ARGV`: errors that a job keeps, ids. Answers a letter for each: retried, waiting, succeeded, duplicate, unknown. */
export const RETRY: string = String.raw`
local answer = {}
local function retry(id)
  local text, job = call('HGET', B .. 'state', id), fieldsOf(id)
  if not job then return 'u' end
  local state = text and stateOf(text) or { 'W' }
  if state[1] == 'W' or state[1] == 'R' then return 'w' end
  if state[1] == 'S' then return 's' end
  if job.flags >= 2 then
    local holder = call('GET', B .. 'u:' .. job.key)
    if holder and holder ~= id then return 'd' end
    call('SET', B .. 'u:' .. job.key, id)
  end
  if state[12] == 1 then
    -- Only of this end nothing stands among the errors yet.
    addError(id, '{"attempt":' .. state[3] .. ',"at":' .. string.format('%.0f', state[11]) ..
      ',"outcome":"lost","error":' .. string.match(text, '\n(.*)') .. '}', tonumber(ARGV[1]))
  end
  if math.max(job.attempts, state[6]) <= state[3] then state[6] = state[3] + 1 end
  call('ZREM', B .. 'done:' .. state[1], id)
  state[7] = place(1000 - math.max(-1000, math.min(job.priority, 1000)), call('INCR', B .. 'seq'))
  call('HSET', B .. 'state', id, waiting(state, state[3], 0, now))
  call('SADD', B .. 'queues', job.queue)
  push(job.queue, { state[7], id })
  return 'r'
end
for i, id in ipairs(cjson.decode(ARGV[2])) do answer[i] = retry(id) end
return table.concat(answer)
`;

/** `ARGV[1]`: queues or `null`; `ARGV[2]`: at most so many. Removes jobs that wait; answers how many. */
export const CLEAR: string = String.raw`
local names, left = cjson.decode(ARGV[1]), tonumber(ARGV[2])
if names == cjson.null then names = call('SMEMBERS', B .. 'queues') end
local removed = 0
for _, queue in ipairs(names) do
  for _, kind in ipairs({ 'q:', 's:', 'r:' }) do
    local ids = left > 0 and call('ZRANGE', B .. kind .. queue, 0, left - 1) or {}
    many('ZREM', B .. kind .. queue, ids)
    for i, kept in ipairs(getMany(B .. 'jobs', ids)) do
      if kept and string.byte(kept) - 48 >= 2 then call('DEL', B .. 'u:' .. fieldsOf(ids[i]).key) end
    end
    forget(ids)
    removed, left = removed + #ids, left - #ids
  end
  refresh('ready', queue, 'q:' .. queue)
end
return removed
`;

/** `ARGV[1]`: a queue. */
export const PAUSE: string = String.raw`return call('SADD', B .. 'paused', ARGV[1])`;

/** `ARGV[1]`: a queue. */
export const RESUME: string = String.raw`
call('SREM', B .. 'paused', ARGV[1])
wake(ARGV[1])
return 1
`;

/** `ARGV`: lines that a job keeps; of each report id, token, progress or an empty text, lines. */
export const REPORT: string = String.raw`
local most, list = tonumber(ARGV[1]), cjson.decode(ARGV[2])
for i = 1, #list, 4 do
  local id = list[i]
  if leased(call('HGET', B .. 'state', id), list[i + 1]) then
    local kept = call('HGET', B .. 'traces', id) or '\n'
    local lines, progress = {}, string.match(kept, '^[^\n]*')
    for line in string.gmatch(string.sub(kept, #progress + 1), '[^\n]+') do lines[#lines + 1] = line end
    for _, line in ipairs(list[i + 3]) do lines[#lines + 1] = line end
    if list[i + 2] ~= '' then progress = list[i + 2] end
    call('HSET', B .. 'traces', id, progress .. '\n' .. table.concat(lines, '\n', math.max(1, #lines - most + 1)))
  end
end
return 1
`;

/**
 * `ARGV`: letters of states, age in milliseconds and number to keep (-1: whatever age or number), at most so many. Forgets the
 * earliest ended; answers how many.
 */
export const PRUNE: string = String.raw`
local letters, age, keep, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local till, surplus, all = age < 0 and -1 or now - age, 0, {}
for letter in string.gmatch(letters, '.') do
  surplus = surplus + call('ZCARD', B .. 'done:' .. letter)
  local first = call('ZRANGE', B .. 'done:' .. letter, 0, limit - 1, 'WITHSCORES')
  for i = 1, #first, 2 do all[#all + 1] = { tonumber(first[i + 1]), first[i], letter } end
end
surplus = keep < 0 and 0 or surplus - keep
table.sort(all, function(a, b) return a[1] < b[1] or a[1] == b[1] and byteLess(a[2], b[2]) end)
local ids, from = {}, { S = {}, F = {}, C = {} }
for i = 1, math.min(limit, #all) do
  local at, id, letter = unpack(all[i])
  if at > till and i > surplus then break end
  ids[i] = id
  from[letter][#from[letter] + 1] = id
end
for letter, list in pairs(from) do many('ZREM', B .. 'done:' .. letter, list) end
forget(ids)
return #ids
`;

/**
 * `ARGV[1]`: of each finished job id, flags, creation, fields, arguments, attempts, losses, time to run at, start, worker, end,
 * letter, text of the end, errors.
 */
export const KEEP: string = String.raw`
local list = cjson.decode(ARGV[1])
for i = 1, #list, 14 do
  local id, flags, created, fields, args, attempts, losses, runAt, started, worker, at, letter, text, errors =
    unpack(list, i, i + 13)
  local before = fieldsOf(id)
  if before then
    for _, kind in ipairs({ 'q:', 's:', 'r:' }) do call('ZREM', B .. kind .. before.queue, id) end
    call('ZREM', B .. 'l', id)
    for _, old in ipairs({ 'S', 'F', 'C' }) do call('ZREM', B .. 'done:' .. old, id) end
    refresh('ready', before.queue, 'q:' .. before.queue)
    call('HDEL', B .. 'errors', id)
  end
  local queue = cjson.decode(fields)[2]
  call('HSET', B .. 'jobs', id, flags .. string.format('%.0f', created) .. ' ' .. fields .. '\n' .. args)
  local state = cjson.encode({ letter, flags, attempts, losses, runAt, 0, '0', queue, worker, started, at, 0 })
  call('HSET', B .. 'state', id, text == '' and state or state .. '\n' .. text)
  if errors ~= '' then call('HSET', B .. 'errors', id, errors) end
  call('ZADD', B .. 'done:' .. letter, at, id)
  if flags >= 2 then freeKey(id) end
end
return 1
`;
