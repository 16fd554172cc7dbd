import ts from 'typescript';

const { SyntaxKind: K } = ts;

/** What each is mistaken for, and the other way round. */
const both = (pairs) => new Map([...pairs, ...pairs.map(([one, other]) => [other, one])]);
const MISTAKEN = both([
  ['<', '<='],
  ['>', '>='],
  ['===', '!=='],
  ['&&', '||'],
  ['+=', '-='],
]);
const METHODS = both([
  ['every', 'some'],
  ['max', 'min'],
]);
const SQL = /\b(SELECT|INSERT|UPDATE|DELETE|WHERE|AND)\b/;
/** Mistakes in SQL: what is found, and what stands there instead. */
const SQL_MISTAKES = [
  [/ AND /g, ' OR '],
  [/ OR /g, ' AND '],
  [/ <= /g, ' < '],
  [/ < /g, ' <= '],
  [/ >= /g, ' > '],
  [/ > /g, ' >= '],
  [/(?<=\w) = (?=\w|\?|\$)/g, ' <> '],
  [/ <> /g, ' = '],
  [/\+ 1\b/g, '+ 0'],
  [/\b1 \+/g, '0 +'],
  [/ FOR (NO KEY )?UPDATE( SKIP LOCKED)?/g, ' '],
  [/ SKIP LOCKED/g, ''],
  [/ DESC\b/g, ' ASC'],
  [/ IS NOT NULL/g, ' IS NULL'],
  [/ IS NULL/g, ' IS NOT NULL'],
  [/ ON CONFLICT [^`]*?DO NOTHING/g, ''],
];

const isOne = (node) => ts.isNumericLiteral(node) && node.text === '1';
const isCondition = ({ parent }, node) =>
  ((ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) &&
    parent.expression === node) ||
  (ts.isConditionalExpression(parent) && parent.condition === node);

/** What TypeScript would not let stand, or what only constructs, is no mistake that a test has to find. */
function isNeeded(statement) {
  const { expression } = statement;
  return ts.isCallExpression(expression) && expression.expression.kind === K.SuperKeyword;
}

/**
 * Small mistakes, as people make them. `edits(node)` yields what to put in the place of what:
 * `[node or [start, end], text]`.
 */
export const OPERATORS = [
  {
    name: 'negate',
    *edits(node) {
      if (!ts.isExpression(node) || !isCondition(node, node)) return;
      // Those of one comparison are mistaken below.
      if (ts.isBinaryExpression(node) && MISTAKEN.get(node.operatorToken.getText())?.endsWith('=='))
        return;
      yield [node, `!(${node.getText()})`];
    },
  },
  {
    name: 'mistake operator',
    *edits(node) {
      if (!ts.isBinaryExpression(node)) return;
      const { operatorToken } = node;
      const other = MISTAKEN.get(operatorToken.getText());
      if (other !== undefined) yield [operatorToken, other];
    },
  },
  {
    name: 'off by one',
    *edits(node) {
      if (!ts.isBinaryExpression(node) || !isOne(node.right)) return;
      const { kind } = node.operatorToken;
      if (kind === K.PlusToken || kind === K.MinusToken) yield [node, node.left.getText()];
    },
  },
  {
    name: 'forget not',
    *edits(node) {
      if (!ts.isPrefixUnaryExpression(node) || node.operator !== K.ExclamationToken) return;
      yield [node, node.operand.getText()];
    },
  },
  {
    name: 'other constant',
    *edits(node) {
      if (node.kind === K.TrueKeyword) yield [node, 'false'];
      if (node.kind === K.FalseKeyword) yield [node, 'true'];
    },
  },
  {
    // By a block: TypeScript takes no `if` whose body is an empty statement, and would find them all.
    name: 'forget statement',
    *edits(node) {
      if (ts.isThrowStatement(node)) yield [node, '{}'];
      if (ts.isExpressionStatement(node) && !isNeeded(node)) yield [node, '{}'];
      if (ts.isReturnStatement(node) && node.expression === undefined) yield [node, '{}'];
      if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) {
        if (!ts.isCaseOrDefaultClause(node.parent)) yield [node, '{}'];
      }
    },
  },
  {
    name: 'forget await',
    *edits(node) {
      if (!ts.isAwaitExpression(node)) return;
      const { parent, expression } = node;
      // A value that is used would be missed at once.
      if (ts.isExpressionStatement(parent)) yield [node, `void ${expression.getText()}`];
    },
  },
  {
    name: 'return at once',
    *edits(node) {
      if (!ts.isBlock(node) || node.statements.length < 2) return;
      const { parent } = node;
      if (!ts.isFunctionLike(parent) || ts.isConstructorDeclaration(parent)) return;
      if (!/^(Promise<)?void>?$/.test(parent.type?.getText() ?? '')) return;
      const start = node.statements[1].getStart();
      yield [[start, start], 'return; ', 'all but the first statement'];
    },
  },
  {
    name: 'forget default',
    *edits(node) {
      if (!ts.isBinaryExpression(node)) return;
      if (node.operatorToken.kind === K.QuestionQuestionToken) yield [node, node.left.getText()];
      if (node.operatorToken.kind === K.QuestionQuestionEqualsToken)
        yield [node.operatorToken, '='];
    },
  },
  {
    name: 'forget item',
    *edits(node) {
      if (!ts.isArrayLiteralExpression(node) || node.elements.length < 2) return;
      for (const [index, item] of node.elements.entries()) {
        const rest = node.elements.filter((_, other) => other !== index);
        yield [node, `[${rest.map((one) => one.getText()).join(', ')}]`, item.getText()];
      }
    },
  },
  {
    name: 'other method',
    *edits(node) {
      if (!ts.isPropertyAccessExpression(node) || !ts.isCallExpression(node.parent)) return;
      const other = METHODS.get(node.name.text);
      if (other !== undefined && node.parent.expression === node) yield [node.name, other];
    },
  },
  {
    name: 'mistake SQL',
    *edits(node) {
      const isText = ts.isTemplateLiteralToken(node) || ts.isStringLiteral(node);
      if (!isText || !SQL.test(node.getText())) return;
      const text = node.getText();
      for (const [pattern, other] of SQL_MISTAKES) {
        for (const { index, 0: found } of text.matchAll(pattern)) {
          const start = node.getStart() + index;
          yield [[start, start + found.length], other];
        }
      }
    },
  },
];
