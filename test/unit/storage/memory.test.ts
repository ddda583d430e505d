import { memoryStorage } from '../../../src/storage/memory.js';
import { storageContract } from './contract.js';

storageContract({
  name: 'memory',
  persists: false,
  runs: 300,
  create: async () => ({ open: async () => memoryStorage(), remove: async () => undefined }),
});
