// store/faulty_disk.h: an SQLite VFS over the real one whose steps fail when a test says so.
// Included by _test.cc files only. One at a time; it is the default VFS while it exists.
#pragma once
#include <sqlite3.h>

#include <atomic>
#include <string>

namespace strictmx {

class FaultyDisk {
 public:
  enum class Fault {
    eio,     // any step
    enospc,  // only those that need room
  };

  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "faulty";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = &FaultyDisk::open;
    vfs_.xDelete = &FaultyDisk::remove;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultyDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // From step `first` on, counted from 1, `count` steps fail.
  void fail(Fault fault, int first, int count) {
    fault_ = fault;
    step_ = 0;
    failed_ = 0;
    first_ = first;
    last_ = count > 1'000'000 ? INT32_MAX : first + count - 1;
  }
  // All is well from now on.
  void mend() { first_ = INT32_MAX; }
  int failed() const { return failed_; }

 private:
  struct File {
    sqlite3_file base;
    FaultyDisk* disk;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  enum class Needs { nothing, room };

  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

  bool fails(Needs needs) {
    if (fault_ == Fault::enospc && needs == Needs::nothing) return false;
    const int step = ++step_;
    if (step < first_ || step > last_) return false;
    ++failed_;
    return true;
  }
  int code(int eio) const { return fault_ == Fault::enospc ? SQLITE_FULL : eio; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* const disk = static_cast<FaultyDisk*>(vfs->pAppData);
    file->pMethods = nullptr;
    if (disk->fails(Needs::nothing)) return SQLITE_CANTOPEN;
    const int opened = disk->real_->xOpen(disk->real_, name, of(file)->real(), flags, out);
    of(file)->disk = disk;
    file->pMethods = of(file)->real()->pMethods != nullptr ? &kMethods : nullptr;
    return opened;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync) {
    auto* const disk = static_cast<FaultyDisk*>(vfs->pAppData);
    if (disk->fails(Needs::nothing)) return SQLITE_IOERR_DELETE;
    return disk->real_->xDelete(disk->real_, name, sync);
  }
  static int close(sqlite3_file* file) {
    return of(file)->real()->pMethods->xClose(of(file)->real());
  }
  static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    if (of(file)->disk->fails(Needs::nothing)) return SQLITE_IOERR_READ;
    return of(file)->real()->pMethods->xRead(of(file)->real(), to, size, at);
  }
  // A write that fails has written the half.
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    auto* const real = of(file)->real();
    if (!of(file)->disk->fails(Needs::room)) return real->pMethods->xWrite(real, from, size, at);
    real->pMethods->xWrite(real, from, size / 2, at);
    return of(file)->disk->code(SQLITE_IOERR_WRITE);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (of(file)->disk->fails(Needs::nothing)) return SQLITE_IOERR_TRUNCATE;
    return of(file)->real()->pMethods->xTruncate(of(file)->real(), size);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (of(file)->disk->fails(Needs::room)) return of(file)->disk->code(SQLITE_IOERR_FSYNC);
    return of(file)->real()->pMethods->xSync(of(file)->real(), flags);
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    if (of(file)->disk->fails(Needs::nothing)) return SQLITE_IOERR_FSTAT;
    return of(file)->real()->pMethods->xFileSize(of(file)->real(), size);
  }
  static int lock(sqlite3_file* file, int level) {
    return of(file)->real()->pMethods->xLock(of(file)->real(), level);
  }
  static int unlock(sqlite3_file* file, int level) {
    return of(file)->real()->pMethods->xUnlock(of(file)->real(), level);
  }
  static int is_reserved(sqlite3_file* file, int* out) {
    return of(file)->real()->pMethods->xCheckReservedLock(of(file)->real(), out);
  }
  static int control(sqlite3_file* file, int what, void* arg) {
    return of(file)->real()->pMethods->xFileControl(of(file)->real(), what, arg);
  }
  static int sector(sqlite3_file* file) {
    return of(file)->real()->pMethods->xSectorSize(of(file)->real());
  }
  static int character(sqlite3_file* file) {
    return of(file)->real()->pMethods->xDeviceCharacteristics(of(file)->real());
  }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    if (extend != 0 && of(file)->disk->fails(Needs::room)) return SQLITE_IOERR_SHMSIZE;
    return of(file)->real()->pMethods->xShmMap(of(file)->real(), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return of(file)->real()->pMethods->xShmLock(of(file)->real(), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) {
    of(file)->real()->pMethods->xShmBarrier(of(file)->real());
  }
  static int shm_unmap(sqlite3_file* file, int remove_it) {
    return of(file)->real()->pMethods->xShmUnmap(of(file)->real(), remove_it);
  }

  static constexpr sqlite3_io_methods kMethods{
      2,        close,       read,        write,   truncate, sync,      size,
      lock,     unlock,      is_reserved, control, sector,   character, shm_map,
      shm_lock, shm_barrier, shm_unmap,   nullptr, nullptr};

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::atomic<Fault> fault_ = Fault::eio;
  std::atomic<int> step_ = 0;
  std::atomic<int> failed_ = 0;
  std::atomic<int> first_ = INT32_MAX;
  std::atomic<int> last_ = INT32_MAX;
};

}  // namespace strictmx
