/** `rwxr-x---` as in permissions.yaml. Used by the configuration and by access decisions; imports nothing. */
export type ModeClass = 'owner' | 'group' | 'other'

const offsets: Readonly<Record<ModeClass, number>> = { owner: 0, group: 3, other: 6 }

/** Whether the text is nine letters of `rwxrwxrwx`, each possibly `-`. */
export const isMode = (text: string): boolean => /^(?:[r-][w-][x-]){3}$/.test(text)

/** Whether the mode lets this class read or write. */
export const modeAllows = (mode: string, who: ModeClass, want: 'read' | 'write'): boolean =>
  mode[offsets[who] + (want === 'read' ? 0 : 1)] === (want === 'read' ? 'r' : 'w')

/** A mode that gives the others nothing closes its path: no flat rule opens what lies below. */
export const isClosed = (mode: string): boolean => mode.endsWith('---')
