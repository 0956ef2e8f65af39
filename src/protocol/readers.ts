/**
 * The format readers that routing needs, loaded once and only when a file has really changed: Markdown and YAML parsers are most of
 * the start-up cost of a command. Values are plain data, so that routing itself imports no parser.
 */
import type { ConfigProblem } from '../config/load.ts'
import type { SpecFields } from '../events/types.ts'
import type { FormatProblem } from '../formats/problem.ts'
import type { NeedsDocument } from '../formats/needs-document.ts'
import type { PlanDocument } from '../formats/plan-document.ts'
import type { ReportDocument } from '../formats/report-document.ts'
import type { ResearchDocument } from '../formats/research-document.ts'

/** A question found in a text, in the shape that the decider takes. */
export interface Question {
  readonly line: number
  /** May be answered by policy. */
  readonly soft: boolean
  readonly entry: string
  readonly question: string
  readonly options: readonly { readonly id: string; readonly text: string }[]
  readonly recommendation: string | null
  readonly reversibility: 'high' | 'low' | 'unclassified'
  readonly impact: 'governance' | 'implementation' | 'cosmetic' | 'unclassified'
  readonly context: string
  /** What stands behind `- answer:`: an option's id where it names one. */
  readonly answer: string | null
}

export interface SpecReading {
  readonly title: string | null
  readonly fields: SpecFields
  readonly questions: readonly Question[]
  readonly problems: readonly FormatProblem[]
}

export interface ConfigTexts {
  readonly agents: string | null
  readonly permissions: string | null
  readonly apps: readonly { readonly path: string; readonly text: string }[]
}

export interface Readers {
  readonly spec: (text: string) => SpecReading
  readonly intentTitle: (text: string, fileName: string) => string
  readonly decisions: (text: string) => { readonly questions: readonly Question[]; readonly problems: readonly FormatProblem[] }
  readonly research: (text: string) => ResearchDocument
  readonly plan: (text: string) => PlanDocument
  readonly report: (text: string) => ReportDocument
  /** A builder's own word that it could not do it: front matter or a line `failure: true`. */
  readonly saysFailure: (text: string) => boolean
  readonly needs: (text: string, agent: string) => NeedsDocument
  readonly config: (texts: ConfigTexts) => readonly ConfigProblem[]
}

/** Loads the parsers. `env` is what `${VAR}` in the configuration is read from. */
export async function loadReaders(env: Readonly<Record<string, string | undefined>>): Promise<Readers> {
  const [spec, decision, intent, research, plan, report, needs, config, markdown, lines] = await Promise.all([
    import('../formats/spec-document.ts'), import('../formats/decision-document.ts'), import('../formats/intent-document.ts'), import('../formats/research-document.ts'),
    import('../formats/plan-document.ts'), import('../formats/report-document.ts'), import('../formats/needs-document.ts'), import('../config/load.ts'),
    import('../formats/markdown.ts'), import('../formats/lines.ts'),
  ])
  const question = (one: ReturnType<typeof decision.readDecision>): Question => ({
    line: one.line, soft: decision.isSoft(one), entry: one.entry, question: one.question, options: one.options, recommendation: one.recommendation,
    reversibility: one.reversibility, impact: one.impact, context: one.context,
    answer: one.answer === null ? null : decision.readRecommendation(one.answer, one.options) ?? one.answer,
  })
  return {
    spec: text => {
      const read = spec.parseSpec(text)
      const found = read.ambiguities.map(decision.readDecision)
      const { project, app, scope, priority, due, criteria } = read
      return {
        title: read.title, questions: found.map(question), problems: [...read.problems, ...found.flatMap(one => one.problems)].sort((a, b) => a.line - b.line),
        fields: { project, app, scope: [...scope], priority, due, criteria: criteria.map(one => ({ ...one })) },
      }
    },
    intentTitle: intent.intentTitle,
    decisions: text => {
      const { decisions, problems } = decision.parseDecisions(text)
      return { questions: decisions.map(question), problems }
    },
    research: research.parseResearch,
    plan: plan.parsePlan,
    report: report.parseReport,
    saysFailure: text => {
      const document = markdown.parseMarkdown(text)
      const [front] = document.nodes
      const stated = front?.type === 'yaml' ? front.value.split('\n') : []
      return [...stated, ...lines.linesOf(document.text, document.nodes).map(line => lines.bare(line.text))].some(line => /^failure:\s*true$/i.test(line.trim()))
    },
    needs: needs.parseNeeds,
    config: texts => config.loadConfig(texts, { env }).problems,
  }
}
