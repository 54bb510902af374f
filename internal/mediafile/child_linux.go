package mediafile

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

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

// execLimited becomes the program. The limit of address space comes last: between it and exec Go asks for no memory.
func execLimited(spec childSpec) error {
	if len(spec.Argv) == 0 {
		return fmt.Errorf("nothing to run")
	}
	limit(unix.RLIMIT_AS, uint64(spec.Memory))
	err := syscall.Exec(spec.Argv[0], spec.Argv, spec.Env)
	fmt.Fprintln(os.Stderr, spec.Argv[0], err)
	os.Exit(exitNoStart)
	return err
}

func probeKernelLocks() (network, limits bool) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.Close(fd)
	}
	var r unix.Rlimit
	return err != nil, unix.Getrlimit(unix.RLIMIT_DATA, &r) == nil && r.Cur != unix.RLIM_INFINITY
}
