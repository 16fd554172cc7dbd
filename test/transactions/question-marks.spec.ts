import { withQuestionMarks } from '../../lib/transactions/question-marks.js';

it('each $n becomes a ? with its value, in the order of the text, also a second time', () => {
  const sql = 'SELECT $2::text, $1, $2 WHERE $10 IS NULL';
  const params = ['a', 'b', ...Array.from({ length: 7 }, () => 'unused'), 'j'];
  expect(withQuestionMarks(sql, params)).toEqual([
    'SELECT ?::text, ?, ? WHERE ? IS NULL',
    ['b', 'a', 'b', 'j'],
  ]);
});

it('an operator of Postgres that is a ? stays one', () => {
  expect(withQuestionMarks("SELECT tags ? 'a' WHERE id = $1", [1])).toEqual([
    "SELECT tags \\? 'a' WHERE id = ?",
    [1],
  ]);
});

it('a statement of SQLite has them already', () => {
  const params = Object.freeze([1, null]);
  expect(withQuestionMarks('SELECT ?, ?', params)).toEqual(['SELECT ?, ?', [1, null]]);
});
