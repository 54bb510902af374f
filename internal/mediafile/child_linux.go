package mediafile

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// lockIn gives up everything that the work does not need. A kernel that lacks a protection goes without it
// (Runner.Sandbox says so): refusing to work at all would drive admins to switch it off.
func lockIn(spec childSpec) {
	runtime.LockOSThread() // nice and limits of memory below hold for the thread that calls exec
	if spec.Nice > 0 {
		_ = unix.Setpriority(unix.PRIO_PROCESS, 0, spec.Nice)
	}
	limit(unix.RLIMIT_CORE, 0)
	limit(unix.RLIMIT_NOFILE, 512)
	limit(unix.RLIMIT_FSIZE, uint64(spec.File))
	// The soft limit ends a tool with a signal of its own, the hard one whatever ignores that.
	_ = unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: uint64(spec.CPU), Max: uint64(spec.CPU) + 2})
	_ = landlock.V11.BestEffort().Restrict(fileRules(spec)...)
	_ = denySyscalls()
	if spec.Mode != modeExec {
		// Go reserves more address space than it uses, so its own work is bound by what it may write to.
		debug.SetMemoryLimit(spec.Memory * 3 / 4)
		limit(unix.RLIMIT_DATA, uint64(spec.Memory))
	}
}

func limit(resource int, n uint64) {
	if n > 0 || resource == unix.RLIMIT_CORE {
		_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n})
	}
}

func fileRules(spec childSpec) []landlock.Rule {
	rules := []landlock.Rule{
		landlock.RODirs("/usr", "/lib", "/lib64", "/bin", "/etc/vips", "/nix/store").IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", "/etc/ld-musl-x86_64.path", "/proc/cpuinfo", "/proc/meminfo", "/dev/urandom").IgnoreIfMissing(),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
		landlock.RWDirs(spec.Dir),
	}
	for _, path := range spec.Read {
		info, err := os.Stat(path)
		switch {
		case err != nil:
		case info.IsDir():
			rules = append(rules, landlock.RODirs(path))
		default:
			rules = append(rules, landlock.ROFiles(path))
		}
	}
	return rules
}

// execLimited becomes the program. Go itself holds more address space than a tool may have, so the limit is set
// by the last system call before exec, and both are raw: the runtime can't ask for memory between them. (With
// syscall.Exec it sometimes did, and died.)
func execLimited(spec childSpec) error {
	if len(spec.Argv) == 0 {
		return fmt.Errorf("nothing to run")
	}
	path, err := unix.BytePtrFromString(spec.Argv[0])
	if err != nil {
		return err
	}
	argv, err := syscall.SlicePtrFromStrings(spec.Argv)
	if err != nil {
		return err
	}
	env, err := syscall.SlicePtrFromStrings(spec.Env)
	if err != nil {
		return err
	}
	memory := &unix.Rlimit{Cur: uint64(spec.Memory), Max: uint64(spec.Memory)}
	_, _, _ = unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_AS, uintptr(unsafe.Pointer(memory)), 0, 0, 0)
	_, _, errno := unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&env[0])))
	os.Stderr.WriteString(errno.Error())
	os.Exit(exitNoStart)
	return errno
}

func probeKernelLocks() (network, limits bool) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.Close(fd)
	}
	var r unix.Rlimit
	return err != nil, unix.Getrlimit(unix.RLIMIT_DATA, &r) == nil && r.Cur != unix.RLIM_INFINITY
}
