// The floors of the house: imports only point down. kernel <- domain <- ports <- conductor <- {server, cli, simulator};
// adapters stand beside ports and never know each other; they share
// words of the operating system (system/); compose.ts alone picks them.
const PURE_PACKAGES = '^(zod|temporal-polyfill|picomatch)$';
const PURE_NODE = '^(node:)?(crypto|zlib|buffer)$';
const TEST = '[.]test[.]ts$';

/** @type {(name: string, from: string, allowed: string, extra?: object) => object} */
const floor = (name, from, allowed, extra = {}) => ({
  name,
  severity: 'error',
  comment: `${from} may import ${allowed} of this repository, nothing else`,
  from: { path: `^src/${from}`, pathNot: TEST },
  to: { path: '^src/', pathNot: `^src/(${allowed})`, ...extra },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    floor('kernel-imports-nothing', 'kernel/', 'kernel/'),
    floor('domain-imports-kernel', 'domain/', 'kernel/|domain/'),
    floor('ports-import-domain', 'ports/', 'kernel/|domain/|ports/'),
    floor('conductor-imports-ports', 'conductor/', 'kernel/|domain/|ports/|conductor/'),
    floor('system-imports-kernel', 'system/', 'kernel/|system/'),
    floor('adapters-import-ports', 'adapters/', 'kernel/|domain/|ports/|system/|adapters/'),
    {
      name: 'adapters-never-import-each-other',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/', pathNot: TEST },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    floor('doors-import-conductor', 'cli/', 'kernel/|domain/|ports/|conductor/|cli/|compose[.]ts$'),
    {
      name: 'rules-do-no-io',
      severity: 'error',
      comment: 'kernel, domain, ports and conductor use no node: module and no package but the pure ones',
      from: { path: '^src/(kernel|domain|ports|conductor)/', pathNot: TEST },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        pathNot: [PURE_NODE, 'node_modules/(zod|temporal-polyfill|picomatch|@types)/', PURE_PACKAGES],
      },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: ['^(test|bench|tools)/', TEST] },
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
