/** Adding jobs. @module */

/**
 * `ARGV[1]`: groups of jobs that differ in nothing but id and arguments, as `[flags, fields, queue, rank, delay, key or "",
 * [id, arguments, …]]`. Answers those that were not added: position from 0, id of the holder, …
 */
export const ENQUEUE: string = String.raw`
local groups = cjson.decode(ARGV[1])
local ids = {}
for _, group in ipairs(groups) do
  for i = 1, #group[7], 2 do ids[#ids + 1] = group[7][i] end
end
local known = getMany(B .. 'jobs', ids)
-- The first write: Redis refuses it when its memory is full, and nothing of the batch is there then.
local seq = call('INCRBY', B .. 'seq', #ids) - #ids
local duplicates, jobs, states, seen, queues, ready, delayed = {}, {}, {}, {}, {}, {}, {}
local index = 0
for _, group in ipairs(groups) do
  local flags, fields, queue, rank, delay, key, items = unpack(group)
  local head = flags .. string.format('%.0f', now) .. ' ' .. fields .. '\n'
  for i = 1, #items, 2 do
    local id = items[i]
    index = index + 1
    local holder = (known[index] or seen[id]) and id
    if key ~= '' then holder = call('GET', B .. 'u:' .. key) or holder end
    if holder then
      duplicates[#duplicates + 1] = index - 1
      duplicates[#duplicates + 1] = holder
    else
      seen[id] = true
      if key ~= '' then call('SET', B .. 'u:' .. key, id) end
      jobs[#jobs + 1] = id
      jobs[#jobs + 1] = head .. items[i + 1]
      if not queues[queue] then queues[queue], ready[queue], delayed[queue] = true, {}, {} end
      local to, score = ready[queue], place(rank, seq + index)
      if delay > 0 then
        states[#states + 1] = id
        states[#states + 1] = cjson.encode({ 'W', flags, 0, 0, 0, 0, score, queue })
        to, score = delayed[queue], now + delay
      end
      to[#to + 1] = score
      to[#to + 1] = id
    end
  end
end
many('HSET', B .. 'jobs', jobs)
many('HSET', B .. 'state', states)
for queue in pairs(queues) do
  call('SADD', B .. 'queues', queue)
  push(queue, ready[queue])
  later('s:' .. queue, delayed[queue])
end
return #duplicates == 0 and '' or cjson.encode(duplicates)
`;
