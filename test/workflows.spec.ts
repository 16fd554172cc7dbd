import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '.github', 'workflows');

describe('the workflows', () => {
  it.each(readdirSync(folder))(
    '%s pins every action by commit, and may write nothing here',
    (file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const used = [...text.matchAll(/uses: *(.*)/g)].map(([, action]) => action);
      expect(used.length).toBeGreaterThan(0);
      // A tag can be moved to other code; a commit cannot.
      for (const action of used) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
      const written = [...text.matchAll(/([\w-]+): write\b/g)].map(([, scope]) => scope);
      // By which npm knows who publishes.
      expect(written).toEqual(file === 'release.yml' ? ['id-token'] : []);
    },
  );
});
