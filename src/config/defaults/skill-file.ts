/** A text that `init` writes: where it goes, and what it says. */
export interface DefaultFile {
  /** Relative to the workspace. */
  readonly path: string
  readonly text: string
}

/** A skill with its front matter. */
export const skillFile = (folder: string, name: string, description: string, body: string): DefaultFile =>
  ({ path: `skills/${folder}/${name}/SKILL.md`, text: `---\nname: ${name}\ndescription: ${description.includes(': ') ? JSON.stringify(description) : description}\n---\n\n${body.trim()}\n` })
