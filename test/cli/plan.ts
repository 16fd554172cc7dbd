// A definition as `--app` is given one, of a file that may do more when it is loaded.
import { defineSaga } from '../../lib/core/index.js';

export const byHand = defineSaga('ByHand', [{ label: 'Act', action: () => undefined }]);
