import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import ts from 'typescript';

const ROOT = join(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly name: string;
  readonly code: string;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: ([\w-]+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', name = '', code = '']) => ({ language, name, code }),
  );
}

/** Type checks each text as a file of its own beside the tests, with the project's settings. */
function diagnose(codes: readonly string[]): readonly string[] {
  const path = join(ROOT, 'tsconfig.json');
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    ROOT,
  );
  const texts = new Map(codes.map((code, i) => [join(ROOT, 'test', `readme-${i}.ts`), code]));
  const options = { ...config.options, noEmit: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

/** The pages beside what they describe, and those of docs. */
const PAGES = ['lib', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.endsWith('.api.md'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
);

const blocks = blocksOf(README);
const typescript = [README, ...PAGES]
  .flatMap(blocksOf)
  .filter(({ language }) => language === 'ts')
  .map(({ code }) => code);

describe('the README', () => {
  const scratch = join(__dirname, '.readme');

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('has code that compiles, and a check that can fail', () => {
    const [quickStart = ''] = typescript;
    const broken = quickStart.replace("'cancelOrder'", "'cancelOrdr'");
    expect(broken).not.toBe(quickStart);
    expect(diagnose(typescript)).toEqual([]);
    expect(diagnose([broken]).join()).toContain('cancelOrdr');
  }, 60_000);

  it('has a quick start of at most 30 lines that runs', async () => {
    const { code } = blocks.find(({ name }) => name === 'quick-start') as Block;
    const lines = code.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(30);
    mkdirSync(scratch, { recursive: true });
    writeFileSync(join(scratch, 'quick-start.ts'), code);
    const { AppModule } = (await import(join(scratch, 'quick-start.ts'))) as { AppModule: Type };
    const app = (
      await Test.createTestingModule({ imports: [AppModule] }).compile()
    ).createNestApplication({ logger: false });
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await app.listen(0, '127.0.0.1');
      const server = app.getHttpServer();
      await request(server)
        .post('/orders')
        .send({ userId: 'ann' })
        .expect(201, { orderId: 'order-1' });
      await request(server).post('/orders').send({ userId: 'bob' }).expect(500);
      expect(said).toHaveBeenCalledWith('order-1 cancelled');
    } finally {
      said.mockRestore();
      await app.close();
    }
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...README.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(scripts).toHaveProperty('start');
    expect(scripts).toHaveProperty('test');
  });
});
