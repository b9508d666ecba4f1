/**
 * What all scripts share. A script is one transition: Redis runs nothing else meanwhile, and its time is the server's.
 *
 * All keys of a namespace begin with `KEYS[1]`, which ends with a hash tag and a colon, so that a Cluster keeps them on one
 * node:
 *
 * | key | type | what it holds |
 * | --- | --- | --- |
 * | `jobs` | hash | by id what never changes: flags, time of creation, its other fields as JSON, a line break, the arguments |
 * | `state` | hash | by id what changes, as a JSON array (see below); a new job without a delay has none |
 * | `errors`, `traces` | hash | by id the errors of past attempts, what the job told; a line of JSON each |
 * | `q:NAME` | sorted set | ids of a queue that may run, by priority and age |
 * | `s:NAME`, `r:NAME` | sorted set | ids that wait for their time, those that back off, by that time |
 * | `l` | sorted set | ids that are leased, by the end of their lease |
 * | `ready` | sorted set | queues that have a job, by their first one |
 * | `due` | sorted set | names of the sets `s:`, `r:` and `l` by a time before which nothing of them is due |
 * | `done:S`, `done:F`, `done:C` | sorted set | ids that succeeded, failed, were cancelled, by the time of their end |
 * | `u:KEY` | string | the id that holds a unique key |
 * | `queues`, `paused` | set | names of queues |
 * | `seq` | string | how many jobs there were |
 *
 * The array of `state`: letter (`W` waits, `R` runs, `S`, `F`, `C` as above), flags, attempts, losses, time to run at (0: as
 * created), attempts that it may have (0: as created), its place in `q:` as text, queue, and unless it waits: worker, start
 * (0: never), the token or the time of its end, whether a cancel was asked for or it was lost too often. After the array of
 * a job that has ended follow a line break and its result or error, if there is one.
 * @module
 */

/** Flags of a job: its result is kept; it has a unique key. */
export const KEEPS_RESULT = 1, HAS_KEY = 2;

/** The prefix of every script. Lua takes at most 8,000 arguments from a list, hence the slices. */
export const LIBRARY: string = String.raw`
local B = KEYS[1]
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local RANK = 4398046511104

local function many(command, key, list)
  for from = 1, #list, 4000 do
    call(command, key, unpack(list, from, math.min(from + 3999, #list)))
  end
end

local function getMany(key, ids)
  if #ids == 0 then return {} end
  if #ids <= 4000 then return call('HMGET', key, unpack(ids)) end
  local found = {}
  for from = 1, #ids, 4000 do
    for _, value in ipairs(call('HMGET', key, unpack(ids, from, math.min(from + 3999, #ids)))) do
      found[#found + 1] = value
    end
  end
  return found
end

-- Removes nothing, but Redis refuses writes for want of memory only where none was allowed before: leases must go on.
local function evenWhenFull()
  call('ZREM', B .. 'due', '')
end

-- Ids by their bytes, as sorted sets have them: < goes by the locale of the server.
local function byteLess(a, b)
  for i = 1, math.min(#a, #b) do
    local left, right = string.byte(a, i), string.byte(b, i)
    if left ~= right then return left < right end
  end
  return #a < #b
end

local function wake(queue)
  -- Whoever does not hear it looks again by itself.
  redis.pcall('PUBLISH', B .. 'wake', queue)
end

-- Puts jobs into their queue: pairs of place and id.
local function push(queue, pairs)
  if #pairs == 0 then return end
  local first = pairs[1]
  for i = 3, #pairs, 2 do
    if tonumber(pairs[i]) < tonumber(first) then first = pairs[i] end
  end
  many('ZADD', B .. 'q:' .. queue, pairs)
  if call('ZADD', B .. 'ready', 'LT', first, queue) == 1 then wake(queue) end
end

-- Puts jobs into a set where they wait for their time: pairs of time and id.
local function later(set, pairs)
  if #pairs == 0 then return end
  local first = pairs[1]
  for i = 3, #pairs, 2 do
    if pairs[i] < first then first = pairs[i] end
  end
  many('ZADD', B .. set, pairs)
  if call('ZADD', B .. 'due', 'LT', 'CH', first, set) == 1 then wake(string.sub(set, 3)) end
end

local function refresh(index, name, set)
  local first = call('ZRANGE', B .. set, 0, 0, 'WITHSCORES')
  if first[1] then call('ZADD', B .. index, first[2], name) else call('ZREM', B .. index, name) end
end

-- The fields of a job that never change, without the arguments.
local function fieldsOf(id)
  local kept = call('HGET', B .. 'jobs', id)
  if not kept then return nil end
  local flags, created, fields = string.match(kept, '^(%d)(%d+) ([^\n]*)')
  fields = cjson.decode(fields)
  return { flags = tonumber(flags), created = tonumber(created), queue = fields[2], priority = fields[3],
    attempts = fields[5], key = fields[9], keyFor = fields[10], task = fields[1] }
end

local function place(rank, seq)
  return string.format('%.0f', rank * RANK + seq)
end

-- Jobs that end: what is written of them is gathered, and written at once.
local ended = { S = {}, F = {}, C = {}, state = {}, keys = {} }

local function noteEnd(id, letter, flags, text)
  local to = ended.state
  local n = #to
  to[n + 1], to[n + 2] = id, text
  to = ended[letter]
  n = #to
  to[n + 1], to[n + 2] = now, id
  if flags >= 2 then ended.keys[#ended.keys + 1] = id end
end

local function finish(id, state, letter, started, text, lost)
  local array = cjson.encode({ letter, state[2], state[3], state[4], state[5], state[6], state[7], state[8], state[9],
    started, now, lost and 1 or 0 })
  noteEnd(id, letter, state[2], text and text ~= '' and array .. '\n' .. text or array)
end

local function freeKey(id)
  local job = fieldsOf(id)
  if not job or call('GET', B .. 'u:' .. job.key) ~= id then return end
  local till = job.created + job.keyFor
  if till > now then call('PEXPIREAT', B .. 'u:' .. job.key, string.format('%.0f', till))
  else call('DEL', B .. 'u:' .. job.key) end
end

local function writeEnded()
  many('HSET', B .. 'state', ended.state)
  for _, letter in ipairs({ 'S', 'F', 'C' }) do many('ZADD', B .. 'done:' .. letter, ended[letter]) end
  for _, id in ipairs(ended.keys) do freeKey(id) end
end

local function cancelledText(id)
  return '{"name":"NuvomError","code":"NUVOM_JOB_CANCELLED","message":' ..
    cjson.encode('Job ' .. id .. ' was cancelled.') .. '}'
end

-- The state of a job that waits again.
local function waiting(state, attempts, losses, runAt)
  return cjson.encode({ 'W', state[2], attempts, losses, runAt, state[6], state[7], state[8] })
end

-- The state of a job, without the result that may follow.
local function stateOf(text)
  return cjson.decode(string.match(text, '^[^\n]*'))
end

-- The state of a live lease, or nil.
local function leased(text, token)
  if not text or string.sub(text, 1, 4) ~= '["R"' then return nil end
  local state = cjson.decode(text)
  return state[11] == token and state or nil
end

local function put(where, name, score, id)
  local to = where[name]
  if not to then to = {} where[name] = to end
  local n = #to
  to[n + 1], to[n + 2] = score, id
end

local function addError(id, text, most)
  local kept = call('HGET', B .. 'errors', id)
  if kept then
    local _, breaks = string.gsub(kept, '\n', '')
    for _ = most - 1, breaks do kept = string.sub(kept, string.find(kept, '\n', 1, true) + 1) end
    text = kept .. '\n' .. text
  end
  call('HSET', B .. 'errors', id, text)
end

local function forget(ids)
  for _, name in ipairs({ 'jobs', 'state', 'errors', 'traces' }) do many('HDEL', B .. name, ids) end
end
`;
