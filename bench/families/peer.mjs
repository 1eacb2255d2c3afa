// SPDX-License-Identifier: Apache-2.0
// One figure of llama.cpp with mtmd, through npm's @fugood/llama.node, on the CPU:
//   node peer.mjs MODEL MMPROJ THREADS prompt N      tokens a second of a prompt of N tokens
//   node peer.mjs MODEL MMPROJ THREADS generate N    tokens a second of N tokens after an empty prompt
//   node peer.mjs MODEL MMPROJ THREADS image FILE    milliseconds of tower and projector, all tiles together
import { addNativeLogListener, loadModel, toggleNativeLog } from '@fugood/llama.node'

const [model, mmproj, threads, what, argument] = process.argv.slice(2)
const context = await loadModel({
  model, n_ctx: 4096, n_batch: 512, n_ubatch: 512, n_parallel: 1, n_threads: Number(threads), n_gpu_layers: 0, use_mmap: true,
})

if (what === 'image') {
  let log = ''
  await toggleNativeLog(true)
  addNativeLogListener((level, text) => { log += text })
  if (!await context.initMultimodal({ path: mmproj, use_gpu: false })) throw new Error('the peer cannot read ' + mmproj)
  const ask = () => context.completion({
    prompt: '<__media__>\nDescribe the image.', media_paths: [argument], n_predict: 1, temperature: 0,
  })
  await ask()
  log = ''
  await context.clearCache?.()
  await ask()
  // "image slice encoded in N ms" once a tile or batch of tiles; the pieces of one line may come apart.
  const times = [...log.matchAll(/encoded in\s+(\d+)\s*ms/g)].map(match => Number(match[1]))
  if (times.length === 0) throw new Error('the peer logged no time of the tower:\n' + log.slice(-2000))
  console.log(times.reduce((a, b) => a + b).toFixed(1))
} else {
  const n = Number(argument)
  // Of the other kind one token: its bench cannot report none.
  const [pp, tg] = what === 'prompt' ? [n, 1] : [1, n]
  await context.bench(Math.min(pp, 32), Math.min(tg, 4), 1, 1)
  const result = await context.bench(pp, tg, 1, 1)
  console.log((what === 'prompt' ? result.speedPp : result.speedTg).toFixed(2))
}
await context.release()
