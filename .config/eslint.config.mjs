import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What users' code has thrown is passed on as it is.
const passOn = { allowThrowingUnknown: true, allowThrowingAny: true };
const unused = {
  argsIgnorePattern: '^_',
  varsIgnorePattern: '^_',
  caughtErrorsIgnorePattern: '^_',
};

export default defineConfig(
  globalIgnores([
    ...['dist/', 'coverage/', '**/node_modules/', 'test/bench/', 'test/package/apps/'],
    'test/libraries/.recipes/',
    ...['generated', '.recipes'].map((made) => `test/transactions/clients/**/${made}/`),
  ]),
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: process.cwd() } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', unused],
      '@typescript-eslint/only-throw-error': ['error', passOn],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', passOn],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An action or a compensation is async by contract, whether or not it awaits.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // All text by text nodes: nothing that comes from a saga is ever HTML.
    files: ['lib/dashboard/ui/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'JSXAttribute[name.name="dangerouslySetInnerHTML"], MemberExpression[property.name=/^(inner|outer)HTML$/]',
          message: 'What it shows came from elsewhere: let it be text.',
        },
      ],
    },
  },
  {
    files: ['lib/**/*.ts', 'lib/**/*.tsx'],
    rules: {
      'no-console': 'error',
      // What a participant threw is passed on as it is, of whatever kind.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingUnknown: true, allowThrowingAny: false },
      ],
    },
  },
  {
    // Tests throw what no one should throw, and read loosely typed answers.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
