import tseslint from 'typescript-eslint'

const io = ['node:*', 'execa', 'simple-git', 'chokidar', 'proper-lockfile']

/** Forbid imports from `rooms` (and I/O where asked) inside `files`: the arrows of docs/architecture.md. */
const layer = (files, rooms, withIo = false) => ({
  files: files.map(dir => `${dir}/**/*.ts`),
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        ...(rooms.length ? [{ group: rooms.flatMap(room => [`**/${room}/*`, `**/${room}`]), message: 'this arrow points the wrong way (docs/architecture.md)' }] : []),
        ...(withIo ? [{ group: io, message: 'pure by place: no I/O here' }] : []),
      ],
    }],
    ...(withIo ? {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-syntax': ['error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'time enters through the command' },
        { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'time enters through the command' },
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'randomness enters through the command' },
      ],
    } : {}),
  },
})

const running = ['cli', 'dispatch', 'inspect', 'gc']
const above = { surfaces: ['cli'], running, runs: [...running, 'agents'], workspace: [...running, 'agents', 'projects', 'processes'] }

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'fixtures'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': 'off',
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  { files: ['tests/**/*.ts', 'bench/**/*.ts'], rules: { 'max-lines': 'off', 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
  layer(['src/events'], ['log', 'deciders', 'formats', 'config', 'permissions', 'reducers', 'projections', ...above.workspace, 'workspace'], true),
  layer(['reducers'], ['log', 'deciders', 'formats', 'projections', 'workspace', ...above.workspace], true),
  layer(['projections'], ['log', 'deciders', 'workspace', ...above.workspace], true),
  layer(['src/formats', 'src/permissions'], ['log', 'deciders', 'projections', 'workspace', ...above.workspace], true),
  layer(['src/deciders'], ['log', 'projections', 'workspace', ...above.workspace], true),
  layer(['src/log'], ['deciders', 'formats', 'config', 'permissions', 'reducers', 'projections', 'workspace', ...above.workspace]),
  layer(['src/workspace'], above.workspace),
  layer(['src/projects', 'src/processes'], above.runs),
  layer(['src/agents'], above.running),
  layer(['src/dispatch', 'src/inspect', 'src/gc'], above.surfaces),
)
