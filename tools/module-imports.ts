import { parseSync, Visitor } from 'oxc-parser';

/** What a TypeScript module names in its imports, re-exports, `import()` calls and `import()` types. */
export function moduleImports(file: string, code: string): string[] {
  const { module, program, errors } = parseSync(file, code);
  const [error] = errors;
  if (error) throw new Error(`${file} does not parse: ${error.message}`);

  const ofTypes: string[] = [];
  new Visitor({ TSImportType: ({ source }) => void ofTypes.push(String(source.value)) }).visit(
    program,
  );

  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map((entry) => entry.moduleRequest?.value),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      literal(code.slice(start, end)),
    ),
    ...ofTypes,
  ];
  return [...new Set(named.filter((specifier) => specifier !== undefined))];
}

/** The text of a string literal; undefined for an expression, which only the running program can resolve. */
function literal(expression: string): string | undefined {
  return /^(['"`])([^'"`$]*)\1$/.exec(expression)?.[2];
}
