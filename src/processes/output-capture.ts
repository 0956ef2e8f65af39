/**
 * Keeps the beginning and the end of a stream of any length in bounded memory. Called by `processes.ts`: how a program
 * started and how it ended is what explains it; what lies between is counted.
 */
export interface OutputCapture {
  add(chunk: Buffer): void
  /** What was kept, with one line that says how much is left out. */
  text(): string
  truncatedBytes(): number
}

/** Keep at most `limitBytes`: the first half as it came, the second half always the latest. */
export function keepHeadAndTail(limitBytes: number): OutputCapture {
  const headLimit = Math.ceil(limitBytes / 2)
  const tailLimit = limitBytes - headLimit
  const head: Buffer[] = []
  const tail: Buffer[] = []
  let headBytes = 0
  let tailBytes = 0
  let truncated = 0

  const addToHead = (chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, headLimit - headBytes)
    if (part.length > 0) head.push(part)
    headBytes += part.length
    return chunk.subarray(part.length)
  }
  const addToTail = (chunk: Buffer): void => {
    if (chunk.length === 0) return
    tail.push(chunk)
    tailBytes += chunk.length
    // Trimmed in large steps: cutting to the exact limit happens once, in `text`.
    if (tailBytes > 2 * tailLimit + 65_536) {
      const kept = Buffer.from(Buffer.concat(tail).subarray(tailBytes - tailLimit))
      truncated += tailBytes - kept.length
      tail.splice(0, tail.length, kept)
      tailBytes = kept.length
    }
  }
  const overhang = (): number => Math.max(0, tailBytes - tailLimit)

  return {
    add: chunk => addToTail(addToHead(chunk)),
    text: () => {
      const left = truncated + overhang()
      const all = Buffer.concat(tail)
      if (left === 0) return Buffer.concat([...head, all]).toString('utf8')
      return `${wholeStart(Buffer.concat(head))}\n[${left} bytes left out]\n${wholeEnd(all.subarray(overhang()))}`
    },
    truncatedBytes: () => truncated + overhang(),
  }
}

const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** Without the half of a character at the end. */
function wholeStart(bytes: Buffer): string {
  let lead = bytes.length - 1
  while (lead > 0 && bytes.length - lead < 4 && continues(bytes[lead])) lead -= 1
  const first = bytes[lead] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return bytes.subarray(0, lead + length > bytes.length ? lead : bytes.length).toString('utf8')
}

/** Without the half of a character at the start. */
function wholeEnd(bytes: Buffer): string {
  let start = 0
  while (start < 3 && continues(bytes[start])) start += 1
  return bytes.subarray(start).toString('utf8')
}
