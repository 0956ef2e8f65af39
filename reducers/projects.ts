/** Projects that belong to the workspace, by name and identity; where they lie on this machine is local and not in the log. */
import { wallTime } from '../src/events/types.ts'
import type { ItemId } from '../src/events/types.ts'
import { own, put } from './reducing.ts'
import type { Reducer } from './reducing.ts'

export interface Project {
  readonly item: ItemId
  readonly name: string
  /** The root commit, the same in every clone of the project. */
  identity: string | null
  remote: string | null
  target: string
  created: boolean
  linked: boolean
  at: string
  branches: Record<string, string>
}

export type Projects = Record<string, Project>
export const initialProjects = (): Projects => ({})

export const reduceProjects: Reducer<Projects> = (projects, event) => {
  switch (event.type) {
    case 'project.linked': {
      const { name, identity, remote, target, created } = event.data
      const known = own(projects, name)
      put(projects, name, { item: known?.item ?? event.item, name, identity, remote, target, created, linked: true, at: wallTime(event), branches: known?.branches ?? {} })
      return
    }
    case 'project.unlinked': {
      const project = Object.values(projects).find(one => one.item === event.item)
      if (project !== undefined) project.linked = false
      return
    }
    case 'branch.moved': {
      const project = own(projects, event.data.project)
      if (project !== undefined) put(project.branches, event.data.branch, event.data.commit)
      return
    }
    default:
  }
}
