/** Looking at jobs and queues. @module */

/** `ARGV[1]`: ids. Answers the time, then of each what never changes, the state, the errors; empty texts where there is none. */
export const INSPECT: string = String.raw`
local ids = cjson.decode(ARGV[1])
local answer = { now }
for slot, name in ipairs({ 'jobs', 'state', 'errors' }) do
  for i, value in ipairs(getMany(B .. name, ids)) do answer[(i - 1) * 3 + slot + 1] = value or '' end
end
return cjson.encode(answer)
`;

/** Defines `queuesOf(text)`: names of queues as JSON, or all of them for `null`. */
const QUEUES_OF = String.raw`
local function queuesOf(text)
  local names = cjson.decode(text)
  return names == cjson.null and call('SMEMBERS', B .. 'queues') or names
end
`;

/** `ARGV[1]`: queues. Answers how many jobs wait. */
export const QSIZE: string = String.raw`
${QUEUES_OF}
local sum = 0
for _, queue in ipairs(queuesOf(ARGV[1])) do
  for _, kind in ipairs({ 'q:', 's:', 'r:' }) do sum = sum + call('ZCARD', B .. kind .. queue) end
end
return sum
`;

/** `ARGV[1]`: queues. Answers 1 when a drain must wait for one of them. */
export const BUSY: string = String.raw`
${QUEUES_OF}
local any = cjson.decode(ARGV[1]) == cjson.null
local queues, wanted = queuesOf(ARGV[1]), {}
for _, queue in ipairs(queues) do
  wanted[queue] = true
  for _, kind in ipairs({ 'q:', 'r:' }) do
    if call('EXISTS', B .. kind .. queue) == 1 then return 1 end
  end
  local first = call('ZRANGE', B .. 's:' .. queue, 0, 0, 'WITHSCORES')
  if first[1] and tonumber(first[2]) <= now then return 1 end
end
if any then return call('EXISTS', B .. 'l') end
for _, text in ipairs(getMany(B .. 'state', call('ZRANGE', B .. 'l', 0, -1))) do
  if text and wanted[cjson.decode(text)[8]] then return 1 end
end
return 0
`;

/**
 * Answers of each queue that is paused or has jobs: name, 1 if it is paused, pending, scheduled, retrying, running, since when
 * the oldest job could run (-1: none). Names of queues that have nothing left are forgotten here.
 */
export const STATS: string = String.raw`
-- Within a priority the oldest job comes first, unless it was retried; so a few of each are looked at.
local LOOK = 20
local function oldestOf(queue)
  local oldest, from = -1, '-inf'
  local function see(at) if oldest < 0 or at < oldest then oldest = at end end
  while true do
    local some = call('ZRANGEBYSCORE', B .. 'q:' .. queue, from, '+inf', 'WITHSCORES', 'LIMIT', 0, LOOK)
    if not some[1] then break end
    local rank = math.floor(tonumber(some[2]) / RANK)
    for i = 1, #some, 2 do
      if math.floor(tonumber(some[i + 1]) / RANK) > rank then break end
      local state = call('HGET', B .. 'state', some[i])
      local at = state and cjson.decode(state)[5] or 0
      if at == 0 then
        local created, fields = string.match(call('HGET', B .. 'jobs', some[i]), '^%d(%d+) ([^\n]*)')
        at = tonumber(created) + cjson.decode(fields)[4]
      end
      see(at)
    end
    from = place(rank + 1, 0)
  end
  for _, kind in ipairs({ 's:', 'r:' }) do
    local first = call('ZRANGE', B .. kind .. queue, 0, 0, 'WITHSCORES')
    if first[1] and tonumber(first[2]) <= now then see(tonumber(first[2])) end
  end
  return oldest
end

local answer, paused, running = {}, {}, {}
for _, text in ipairs(getMany(B .. 'state', call('ZRANGE', B .. 'l', 0, -1))) do
  local queue = text and cjson.decode(text)[8] or ''
  running[queue] = (running[queue] or 0) + 1
end
local names = call('SMEMBERS', B .. 'queues')
local known = {}
for _, name in ipairs(names) do known[name] = true end
for _, name in ipairs(call('SMEMBERS', B .. 'paused')) do
  paused[name] = true
  if not known[name] then names[#names + 1] = name end
end
for _, queue in ipairs(names) do
  local due = 0
  for _, kind in ipairs({ 's:', 'r:' }) do due = due + call('ZCOUNT', B .. kind .. queue, '-inf', now) end
  local pending = call('ZCARD', B .. 'q:' .. queue) + due
  local scheduled = call('ZCOUNT', B .. 's:' .. queue, '(' .. string.format('%.0f', now), '+inf')
  local retrying = call('ZCOUNT', B .. 'r:' .. queue, '(' .. string.format('%.0f', now), '+inf')
  local leased = running[queue] or 0
  if pending + scheduled + retrying + leased > 0 or paused[queue] then
    local oldest = pending > 0 and oldestOf(queue) or -1
    for _, value in ipairs({ queue, paused[queue] and 1 or 0, pending, scheduled, retrying, leased, oldest }) do
      answer[#answer + 1] = value
    end
  else
    call('SREM', B .. 'queues', queue)
  end
end
return cjson.encode(answer)
`;

/**
 * `ARGV`: letters of states, limit, highest and lowest time of the end, task and queue or empty texts, the time and the id
 * after which to go on (empty: from the first). Answers where it stopped before the limit as time and id (0 and empty: there is
 * no more), then the ids.
 */
export const LIST: string = String.raw`
local LOOK, PAGE = 5000, 200
local letters, limit, high, low, task, queue = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local afterAt, afterId = tonumber(ARGV[7]), ARGV[8]
if ARGV[8] ~= '' and afterAt <= tonumber(high) then high = ARGV[7] end

local function reader(letter)
  local offset, page, at = 0, {}, 1
  return function()
    if at > #page then
      page = call('ZREVRANGEBYSCORE', B .. 'done:' .. letter, high, low, 'WITHSCORES', 'LIMIT', offset, PAGE)
      offset, at = offset + PAGE, 1
      if #page == 0 then return nil end
    end
    at = at + 2
    return { tonumber(page[at - 1]), page[at - 2] }
  end
end

local readers, heads = {}, {}
for letter in string.gmatch(letters, '.') do
  readers[#readers + 1] = reader(letter)
  heads[#readers] = readers[#readers]()
end
local ids, looked, last = {}, 0, nil
while #ids < limit and looked < LOOK do
  local best
  for i = 1, #readers do
    local head = heads[i]
    local top = heads[best]
    if head and (not top or head[1] > top[1] or head[1] == top[1] and byteLess(top[2], head[2])) then best = i end
  end
  if not best then return cjson.encode({ 0, '', unpack(ids) }) end
  last, heads[best] = heads[best], readers[best]()
  if not (afterId ~= '' and last[1] == afterAt and not byteLess(last[2], afterId)) then
    looked = looked + 1
    local job = (task ~= '' or queue ~= '') and fieldsOf(last[2])
    if not job or (task == '' or job.task == task) and (queue == '' or job.queue == queue) then ids[#ids + 1] = last[2] end
  end
end
return cjson.encode({ last and last[1] or 0, last and last[2] or '', unpack(ids) })
`;

/** `ARGV[1]`: ids. Answers what they told, empty texts for nothing. */
export const TRACES: string = String.raw`
local answer = {}
for i, value in ipairs(getMany(B .. 'traces', cjson.decode(ARGV[1]))) do answer[i] = value or '' end
return cjson.encode(answer)
`;
