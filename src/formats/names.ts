/**
 * The law of names: what a spec, request or project may be called, and which files are never candidates at all.
 * Used by intake, routing and the command line; imports nothing, so that any path can afford it.
 * Must hold: a slug obeys the law and is its own slug.
 */
const longest = 80
const reservedEnding = /\.(?:builder-notes|rebuild|record|[vr]\d+|lock|md)$/
const letters: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', ø: 'o', œ: 'oe', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }

/** Why `name` is not a legal name, or null. */
export const nameProblem = (name: string): string | null => {
  if (name === '') return 'a name is empty'
  if (name !== name.normalize('NFC')) return 'a name is in Unicode normal form C'
  if (name.length > longest) return `a name has at most ${longest} characters`
  if (!/^[a-z0-9]/.test(name)) return 'a name begins with a lower-case letter or a digit'
  if (!/^[a-z0-9._-]+$/.test(name)) return 'a name consists of lower-case letters, digits, ".", "_" and "-"'
  if (name.includes('..') || name.endsWith('.')) return 'a name is valid as a git ref: no ".." and no "." at its end'
  const reserved = reservedEnding.exec(name)
  return reserved === null ? null : `the ending "${reserved[0]}" is reserved`
}

const ascii = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/[ßæøœłđðþı]/g, letter => letters[letter] ?? '')

const trimmed = (text: string): string => text.replace(/^[^a-z0-9]+/, '').replace(/[._-]+$/, '')

/** Turns reserved endings into ordinary ones, from the right, until none is left. */
const unreserved = (text: string): string => {
  let slug = trimmed(text.slice(0, longest))
  for (let found = reservedEnding.exec(slug); found !== null; found = reservedEnding.exec(slug)) {
    slug = trimmed(`${slug.slice(0, found.index)}-${slug.slice(found.index + 1)}`)
  }
  return slug
}

/** The name a dropped file (its path's last part, `.md` ignored) or a title gets; null when nothing legal is left of it. */
export const slugName = (fileOrTitle: string): string | null => {
  const last = fileOrTitle.slice(fileOrTitle.lastIndexOf('/') + 1).trim()
  const stem = last.replace(/(?:\.(?:md|markdown))+$/i, '')
  if (nameProblem(stem) === null) return stem
  const slug = unreserved(trimmed(ascii(stem).replaceAll(/[^a-z0-9._-]+/g, '-').replaceAll(/-{2,}/g, '-').replaceAll(/\.{2,}/g, '.')))
  return slug === '' ? null : slug
}

const debris: readonly RegExp[] = [
  /^4913$/, /~$/, /^\.#/, /^#.*#$/, /^~\$/, /^\._/, /^\.~lock\./,
  /^\..*\.sw[a-z]x?$/i, /\.tmp$/i, /\.kate-swp$/, /___jb_(?:tmp|old)___$/,
  /\.(?:part|partial|crdownload|download)$/i, /^\.goutputstream-/, /^\.nfs[0-9a-f]+$/, /^\.fuse_hidden/, /^\.syncthing\./,
  /^(?:\.DS_Store|\.localized|\.directory|Thumbs\.db|desktop\.ini|Icon\r)$/i,
]

/** Whether a file is left by an editor or a sync program. Conflicted copies are not: they hold somebody's words. */
export const isDebris = (fileName: string): boolean => {
  const last = fileName.slice(fileName.lastIndexOf('/') + 1)
  return last === '' || debris.some(pattern => pattern.test(last))
}
