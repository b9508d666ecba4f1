/** Taking jobs: what is due becomes ready, leases that ran out are over, the first ready jobs are leased. @module */

/** What is due at once may be a million jobs, which must not hold up everyone: so many move with one lease, in all. */
export const MOVED_AT_ONCE = 2_000;

/** Defines `moveDue(losses)`: see above. `losses` is how many expired leases end a job. */
export const MOVE_DUE: string = String.raw`
local function lostText(id, most)
  return '{"name":"NuvomError","code":"NUVOM_JOB_LOST","message":' .. cjson.encode('The lease of job ' .. id ..
    ' ran out ' .. most .. ' times without a settle: its worker dies each time.') .. '}'
end

-- A lease that ran out: the job waits again, or is over.
local function rescue(id, state, most)
  local attempts, losses = state[3] - 1, state[4] + 1
  local lost = losses >= most
  if not lost and state[12] == 0 then return waiting(state, attempts, losses, state[5]) end
  state[3], state[4], state[9] = attempts, losses, ''
  finish(id, state, lost and 'F' or 'C', 0, lost and lostText(id, most) or cancelledText(id), lost)
end

local function moveSet(set, most, limit)
  local ids = call('ZRANGEBYSCORE', B .. set, '-inf', now, 'LIMIT', 0, limit)
  many('ZREM', B .. set, ids)
  local back, changed = {}, {}
  for i, text in ipairs(getMany(B .. 'state', ids)) do
    local state = text and cjson.decode(text)
    if state and set == 'l' then
      local again = rescue(ids[i], state, most)
      if again then
        changed[#changed + 1] = ids[i]
        changed[#changed + 1] = again
      else
        state = nil
      end
    end
    if state then put(back, state[8], state[7], ids[i]) end
  end
  many('HSET', B .. 'state', changed)
  for queue, pairs in pairs(back) do push(queue, pairs) end
  refresh('due', set, set)
  return #ids
end

local function moveDue(most)
  local first = call('ZRANGE', B .. 'due', 0, 0, 'WITHSCORES')
  if not first[1] or tonumber(first[2]) > now then return end
  evenWhenFull()
  local left = ${MOVED_AT_ONCE}
  for _, set in ipairs(call('ZRANGEBYSCORE', B .. 'due', '-inf', now, 'LIMIT', 0, 100)) do
    if left == 0 then break end
    left = left - moveSet(set, most, left)
  end
  writeEnded()
end
`;

/**
 * `ARGV`: limit, lease in milliseconds, worker, beginning of the tokens, losses that end a job, names of queues and their
 * weights as JSON (each may be `null`), a number from 0 to 1. Answers as JSON the time, when something becomes due (-1: nothing
 * will), the ids, and of those that have waited for more than their turn the position from 0, attempts, losses, time to run
 * at, attempts that it may have, errors; then what never changes of all of them, with `\x1e` in between.
 */
export const LEASE: string = String.raw`
${MOVE_DUE}
local limit, leaseMs, worker, stamp = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local names, weights, chance = cjson.decode(ARGV[6]), cjson.decode(ARGV[7]), tonumber(ARGV[8])
moveDue(tonumber(ARGV[5]))

local paused, wanted = {}, nil
for _, name in ipairs(call('SMEMBERS', B .. 'paused')) do paused[name] = true end
if names ~= cjson.null then
  wanted = {}
  for _, name in ipairs(names) do wanted[name] = true end
end

-- Queues that have a job, those with the first ones first: without weights, only as many as jobs are wanted can give any.
local function readyQueues()
  local found, from = {}, 0
  while #found < limit or weights ~= cjson.null do
    local page = call('ZRANGE', B .. 'ready', from, from + limit - 1)
    for _, name in ipairs(page) do
      if not paused[name] and (not wanted or wanted[name]) then found[#found + 1] = name end
    end
    if #page < limit then break end
    from = from + limit
  end
  return found
end

local ids, places, queueOf = {}, {}, {}
local function take(queue, count)
  if count == 0 then return 0 end
  local popped = call('ZPOPMIN', B .. 'q:' .. queue, count)
  for i = 1, #popped, 2 do
    ids[#ids + 1] = popped[i]
    places[popped[i]], queueOf[popped[i]] = popped[i + 1], queue
  end
  refresh('ready', queue, 'q:' .. queue)
  return #popped / 2
end

local function takeFirst(queues)
  if #queues == 1 then return take(queues[1], limit) end
  local heads = {}
  for _, queue in ipairs(queues) do
    local some = call('ZRANGE', B .. 'q:' .. queue, 0, limit - 1, 'WITHSCORES')
    for i = 2, #some, 2 do heads[#heads + 1] = { tonumber(some[i]), queue } end
  end
  table.sort(heads, function(a, b) return a[1] < b[1] end)
  local counts = {}
  for i = 1, math.min(limit, #heads) do counts[heads[i][2]] = (counts[heads[i][2]] or 0) + 1 end
  for queue, count in pairs(counts) do take(queue, count) end
  table.sort(ids, function(a, b) return tonumber(places[a]) < tonumber(places[b]) end)
end

-- What can't be divided falls to one or the other by chance, so that also leases of one job keep the proportion.
local function takeByWeight(queues)
  local weightOf, open = {}, {}
  for i, name in ipairs(names) do weightOf[name] = weights[i] or 1 end
  for _, name in ipairs(queues) do open[#open + 1] = name end
  while #ids < limit and #open > 0 do
    local sum, left, exact, given, still = 0, limit - #ids, chance, 0, {}
    for _, name in ipairs(open) do sum = sum + weightOf[name] end
    for _, name in ipairs(open) do
      exact = exact + left * weightOf[name] / sum
      local share = math.floor(exact + 1e-9) - given
      given = given + share
      if take(name, share) == share then still[#still + 1] = name end
    end
    open, chance = still, (chance + 0.618) % 1
  end
end

local queues = readyQueues()
if #queues > 0 and weights ~= cjson.null then takeByWeight(queues)
elseif #queues > 0 then takeFirst(queues) end

if #ids == 0 then
  local first = call('ZRANGE', B .. 'due', 0, 0, 'WITHSCORES')
  return { cjson.encode({ now, tonumber(first[2] or -1) }), '' }
end

local jobs, states = getMany(B .. 'jobs', ids), getMany(B .. 'state', ids)
-- What the states of all jobs of one queue have in common.
local rest = ',' .. cjson.encode(worker) .. ',' .. string.format('%.0f', now) .. ',"' .. stamp
local named = {}
for _, queue in ipairs(queues) do named[queue] = '",' .. cjson.encode(queue) .. rest end
local taken, kept, changed, leases, retried = {}, {}, {}, {}, {}
local till, n = now + leaseMs, 0
for i, id in ipairs(ids) do
  local job, text = jobs[i], states[i]
  -- Never missing, unless someone deletes in Redis itself.
  if job then
    n = n + 1
    taken[n], kept[n] = id, job
    local flags = string.sub(job, 1, 1)
    if not text then
      text = '["R",' .. flags .. ',1,0,0,0,"' .. places[id] .. named[queueOf[id]] .. n .. '",0]'
    else
      local state = cjson.decode(text)
      local attempts = state[3] + 1
      text = cjson.encode({ 'R', state[2], attempts, state[4], state[5], state[6], state[7], state[8], worker, now,
        stamp .. n, 0 })
      retried[#retried + 1] = { n - 1, attempts, state[4], state[5], state[6], call('HGET', B .. 'errors', id) or '' }
    end
    changed[n * 2 - 1], changed[n * 2] = id, text
    leases[n * 2 - 1], leases[n * 2] = till, id
  end
end
many('HSET', B .. 'state', changed)
many('ZADD', B .. 'l', leases)
call('ZADD', B .. 'due', 'LT', till, 'l')
-- No arguments hold this character: JSON has it in no text.
return { cjson.encode({ now, -1, taken, retried }), table.concat(kept, '\30') }
`;
