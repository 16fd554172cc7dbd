import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { OPERATORS } from './operators.mjs';

const short = (text) => text.replace(/\s+/g, ' ').trim();

/** Types are the compiler's business, and imports and overloads run nothing. */
function isPassedOver(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

/** The nearest named function around it, or else what it is a value of. */
function placeOf(node) {
  let value = '';
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isConstructorDeclaration(at)) return 'constructor';
    if (ts.isFunctionLike(at) && at.name !== undefined) return at.name.getText();
    if (ts.isVariableDeclaration(at) || ts.isPropertyDeclaration(at)) value = at.name.getText();
  }
  return value;
}

/**
 * All small mistakes in one source file. A mutant is named by what it changes, never by its line:
 * `<file> | <place> | <from> → <to>`, and a number where that happens more than once.
 */
export function mutantsOf(file, text = readFileSync(file, 'utf8')) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const mutants = [];
  const taken = new Map();

  const add = (operator, node, [where, replacement, what]) => {
    const isRange = Array.isArray(where);
    const [start, end] = isRange ? where : [where.getStart(), where.getEnd()];
    // Of a word in a text, what is around it tells which one is meant; of a sign, its operands do.
    const around = isRange ? text.slice(start - 25, end + 25) : node.getText();
    const from = short(what ?? around);
    const to = what === undefined ? ` → ${short(replacement)}` : '';
    const name = `${file} | ${placeOf(node)} | ${operator}: ${from}${to}`;
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    mutants.push({
      name: times === 1 ? name : `${name} (${times})`,
      file,
      line: source.getLineAndCharacterOfPosition(start).line + 1,
      text: text.slice(0, start) + replacement + text.slice(end),
    });
  };
  const visit = (node) => {
    if (isPassedOver(node)) return;
    for (const { name, edits } of OPERATORS) {
      for (const edit of edits(node)) add(name, node, edit);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}
