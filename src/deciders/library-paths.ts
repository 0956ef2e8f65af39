/** What kind of text lies at a path of the workspace, and the stream of its item. Pure; used by the deciders of texts and by routing. */

export type LibraryKind = 'config' | 'memory' | 'skill' | 'scenario' | 'reference' | 'playbook' | 'note' | 'learning'

/** Where each kind lies; the longest prefix decides, so that a path has one kind. */
const folders: readonly (readonly [string, LibraryKind])[] = [
  ['agents.yaml', 'config'], ['permissions.yaml', 'config'], ['apps/', 'config'], ['memory/', 'memory'], ['skills/', 'skill'], ['scenarios/', 'scenario'], ['universe/', 'reference'],
  ['learnings/', 'learning'], ['playbooks/', 'playbook'], ['tasks/maintenance/', 'note'], ['tasks/escalation/', 'note'],
]

/** What kind of text a path of the workspace holds, or null. */
export const kindOfPath = (path: string): LibraryKind | null => folders.find(([prefix]) => (prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix))?.[1] ?? null

/** `memory/builder/MEMORY.md`, `skill/shared/x/SKILL.md`: the kind, and the path without the kind's own folder. */
export function libraryStream(kind: LibraryKind, path: string): string {
  const [folder] = folders.find(([prefix, other]) => other === kind && kind !== 'note' && kind !== 'config' && path.startsWith(prefix)) ?? ['']
  return `${kind}/${path.slice(folder.length)}`
}
