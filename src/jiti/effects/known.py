"""Functions that do something besides computing: the standard library's, and those of well-known packages.

A name stands for itself and all below it; where several fit, the longest one counts.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EFFECTS = {
    "files": _words("""
        builtins.open io.open io.open_code io.FileIO codecs.open tokenize.open
        os.open os.fdopen os.read os.write os.pread os.pwrite os.readv os.writev os.sendfile os.close os.closerange
        os.lseek os.dup os.dup2 os.pipe os.fsync os.fdatasync os.sync os.ftruncate os.truncate os.lockf os.fstat
        os.stat os.lstat os.statvfs os.access os.listdir os.scandir os.walk os.fwalk os.readlink os.listxattr
        os.getxattr os.setxattr os.removexattr os.mkdir os.makedirs os.rmdir os.removedirs os.remove os.unlink
        os.rename os.renames os.replace os.link os.symlink os.chmod os.fchmod os.lchmod os.chown os.fchown os.lchown
        os.utime os.mkfifo os.mknod os.memfd_create os.copy_file_range os.isatty os.path.exists os.path.lexists
        os.path.isfile os.path.isdir os.path.islink os.path.ismount os.path.isjunction os.path.getsize
        os.path.getmtime os.path.getatime os.path.getctime os.path.realpath os.path.samefile os.path.sameopenfile
        shutil tempfile glob.glob glob.iglob fileinput filecmp linecache mmap fcntl shelve dbm dircache
        importlib.resources importlib.metadata pkgutil.get_data pkgutil.iter_modules pkgutil.walk_packages
        mimetypes.init mimetypes.read_mime_types py_compile compileall zipapp netrc inspect.getsource
        inspect.getsourcelines inspect.getsourcefile inspect.getcomments pathlib.Path.read_text
        pathlib.Path.read_bytes pathlib.Path.write_text pathlib.Path.write_bytes pathlib.Path.open
        pathlib.Path.iterdir pathlib.Path.glob pathlib.Path.rglob pathlib.Path.walk pathlib.Path.mkdir
        pathlib.Path.rmdir pathlib.Path.unlink pathlib.Path.touch pathlib.Path.exists pathlib.Path.is_file
        pathlib.Path.is_dir pathlib.Path.is_symlink pathlib.Path.is_mount pathlib.Path.is_junction
        pathlib.Path.is_socket pathlib.Path.is_fifo pathlib.Path.is_block_device pathlib.Path.is_char_device
        pathlib.Path.stat pathlib.Path.lstat pathlib.Path.chmod pathlib.Path.lchmod pathlib.Path.rename
        pathlib.Path.replace pathlib.Path.symlink_to pathlib.Path.hardlink_to pathlib.Path.readlink
        pathlib.Path.resolve pathlib.Path.samefile pathlib.Path.owner pathlib.Path.group
        pathlib.Path.copy pathlib.Path.copy_into pathlib.Path.move pathlib.Path.move_into
        configparser.ConfigParser.read configparser.RawConfigParser.read logging.FileHandler
        logging.handlers zoneinfo.available_timezones zoneinfo.reset_tzpath aiofiles
        numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.fromfile numpy.memmap
    """),
    "network": _words("""
        socket ssl.get_server_certificate urllib.request urllib.robotparser http.client http.server ftplib smtplib
        imaplib poplib nntplib telnetlib xmlrpc socketserver asyncio.open_connection asyncio.start_server
        asyncio.open_unix_connection asyncio.start_unix_server wsgiref.simple_server select selectors
        requests httpx aiohttp urllib3 websockets websocket boto3 botocore paramiko grpc redis pymongo psycopg
        psycopg2 asyncpg pymysql MySQLdb mysql kafka pika anthropic openai dns zmq
    """),
    "process": _words("""
        subprocess multiprocessing concurrent.futures.ProcessPoolExecutor concurrent.futures.process
        asyncio.create_subprocess_exec asyncio.create_subprocess_shell pty webbrowser signal antigravity pexpect
        os.system os.popen os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe
        os.posix_spawn os.posix_spawnp os.startfile os.kill os.killpg os.wait os.waitpid os.wait3 os.wait4 os.waitid
        os.nice os.setsid os.setpgid os.setuid os.setgid os.seteuid os.setegid os.setpriority os.pidfd_open
        os.sched_setaffinity psutil resource
    """),
    "env": _words("""
        os.environ os.environb os.getenv os.getenvb os.putenv os.unsetenv os.get_exec_path os.getcwd os.getcwdb
        os.getlogin os.getuid os.getgid os.geteuid os.getegid os.getgroups os.getpid os.getppid os.uname os.cpu_count
        os.process_cpu_count os.sched_getaffinity os.getloadavg os.get_terminal_size os.ctermid os.sysconf os.confstr
        os.path.expanduser os.path.expandvars os.path.abspath pathlib.Path.home pathlib.Path.cwd
        pathlib.Path.expanduser pathlib.Path.absolute sys.argv sys.orig_argv sys.executable sys.prefix
        sys.exec_prefix sys.base_prefix sys.flags sys.warnoptions shutil.get_terminal_size socket.gethostname
        socket.getfqdn platform sysconfig site getpass.getuser pwd grp locale.getlocale locale.getdefaultlocale
        locale.getpreferredencoding locale.getencoding locale.localeconv multiprocessing.cpu_count time.tzname
        time.timezone time.altzone time.daylight dotenv decouple
    """),
    "time": _words("""
        time.time time.time_ns time.monotonic time.monotonic_ns time.perf_counter time.perf_counter_ns
        time.process_time time.process_time_ns time.thread_time time.thread_time_ns time.clock_gettime
        time.clock_gettime_ns time.sleep time.get_clock_info time.localtime time.gmtime time.ctime time.asctime
        time.strftime os.times datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today
        datetime.date.today threading.Timer sched timeit asyncio.sleep email.utils.localtime email.utils.formatdate
        pandas.Timestamp.now pandas.Timestamp.today pandas.Timestamp.utcnow arrow.now arrow.utcnow pendulum.now
        pendulum.today pendulum.tomorrow pendulum.yesterday
    """),
    "random": _words("""
        random secrets uuid.uuid1 uuid.uuid4 uuid.uuid6 uuid.uuid7 uuid.getnode os.urandom os.getrandom ssl.RAND_bytes
        numpy.random tempfile.gettempprefix crypt.mksalt
    """),
    "output": _words("""
        builtins.print builtins.input builtins.help builtins.license builtins.credits builtins.copyright
        sys.stdout sys.stderr sys.stdin sys.__stdout__ sys.__stderr__ sys.__stdin__ logging warnings.warn
        warnings.warn_explicit warnings.showwarning traceback.print_exc traceback.print_exception
        traceback.print_last traceback.print_stack traceback.print_tb traceback.print_list pprint.pprint pprint.pp
        getpass.getpass syslog curses readline this cmd.Cmd rich.print rich.console.Console click.echo click.secho
        click.prompt click.confirm loguru structlog tqdm
    """),
    "state": _words("""
        os.chdir os.fchdir os.chroot os.umask locale.setlocale decimal.setcontext sys.setrecursionlimit
        sys.setswitchinterval sys.set_int_max_str_digits sys.setdlopenflags sys.set_asyncgen_hooks
        sys.set_coroutine_origin_tracking_depth warnings.filterwarnings warnings.simplefilter
        warnings.resetwarnings contextlib.redirect_stdout contextlib.redirect_stderr contextlib.chdir
        socket.setdefaulttimeout csv.field_size_limit csv.register_dialect csv.unregister_dialect
        copyreg.pickle copyreg.constructor codecs.register codecs.register_error codecs.unregister
        mimetypes.add_type time.tzset logging.basicConfig logging.disable logging.captureWarnings logging.config
        logging.setLoggerClass logging.setLogRecordFactory logging.addLevelName logging.Logger.setLevel
        logging.Logger.addHandler logging.Logger.removeHandler logging.Logger.addFilter
        asyncio.set_event_loop asyncio.set_event_loop_policy importlib.invalidate_caches linecache.clearcache
        re.purge numpy.seterr numpy.set_printoptions pandas.set_option numpy.random.seed
        threading.stack_size tracemalloc
    """),
}
PURE = _words(
    """
    glob.escape glob.translate glob.has_magic shlex shutil.ReadError shutil.SameFileError tempfile.template
    socket.inet_aton socket.inet_ntoa socket.inet_pton socket.inet_ntop socket.htons socket.htonl socket.ntohs
    socket.ntohl socket.timeout socket.error socket.gaierror socket.herror http.client.responses socket.AddressFamily
    socket.SocketKind subprocess.list2cmdline subprocess.CompletedProcess signal.Signals signal.strsignal
    signal.Handlers multiprocessing.dummy random.Random secrets.compare_digest numpy.random.Generator
    numpy.random.RandomState
    numpy.random.BitGenerator logging.getLogger logging.Logger logging.getLevelName logging.getLevelNamesMapping
    logging.LogRecord logging.Formatter logging.Filter logging.NullHandler logging.Handler logging.LoggerAdapter
    logging.makeLogRecord requests.exceptions requests.codes requests.utils.quote requests.structures
    httpx.codes httpx.URL httpx.QueryParams httpx.Headers urllib3.util.parse_url websockets.exceptions
    importlib.metadata.PackageNotFoundError select.error dns.name xmlrpc.client.DateTime xmlrpc.client.Binary
    xmlrpc.client.dumps xmlrpc.client.loads curses.ascii platform.DEV_NULL tqdm.contrib mmap.PAGESIZE
"""
)
"""What has none although it stands below one that has."""

AT_LEAST = {
    "random.Random": 1,
    "numpy.random.default_rng": 1,
    "numpy.random.RandomState": 1,
    "numpy.random.SeedSequence": 1,
    "numpy.random.PCG64": 1,
    "numpy.random.MT19937": 1,
    "numpy.random.Philox": 1,
    "time.localtime": 1,
    "time.gmtime": 1,
    "time.ctime": 1,
    "time.asctime": 1,
    "time.strftime": 2,
    "email.utils.formatdate": 1,
    "email.utils.localtime": 1,
}
"""Functions that depend on nothing but their arguments once they have so many of them: a seed, a moment."""

OPENERS = _words(
    """
    gzip.open gzip.GzipFile bz2.open bz2.BZ2File lzma.open lzma.LZMAFile zipfile.ZipFile zipfile.PyZipFile
    zipfile.is_zipfile zipfile.Path tarfile.open tarfile.TarFile tarfile.TarFile.open tarfile.is_tarfile wave.open
    xml.etree.ElementTree.parse xml.etree.ElementTree.iterparse xml.dom.minidom.parse xml.dom.pulldom.parse
    xml.sax.parse sqlite3.connect lxml.etree.parse PIL.Image.open numpy.load numpy.loadtxt numpy.genfromtxt
    pandas.read_csv pandas.read_table pandas.read_json pandas.read_excel pandas.read_parquet pandas.read_pickle
    pandas.read_feather pandas.read_xml pandas.read_html pandas.read_fwf polars.read_csv polars.read_json
    polars.read_parquet polars.scan_csv polars.scan_parquet
    """
)
"""Functions that take a path, which is a file, or something that is open already, which is the caller's."""
IN_MEMORY = ":memory:"
UNSEEDED = {"random.Random": "random", "numpy.random.RandomState": "random"}
"""Classes that have an effect where they are called, and none by what their instances do."""

OF_ANYTHING = dict.fromkeys(
    ["read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "symlink_to", "hardlink_to"], "files"
)
"""Methods whose names say what they do, where nothing is known of the object that has them."""

_OF_ITS_OWN_TYPE = _words(
    """
    parent absolute resolve expanduser joinpath with_name with_stem with_suffix with_segments relative_to readlink
    rename replace cwd home copy move copy_into move_into
"""
)
RESULTS = {
    **{f"pathlib.Path.{name}": "pathlib.Path" for name in _OF_ITS_OWN_TYPE},
    "logging.getLogger": "logging.Logger",
    "logging.Logger.getChild": "logging.Logger",
    "numpy.random.default_rng": "numpy.random.Generator",
    "decimal.getcontext": "decimal.getcontext",
}
"""What functions, methods and attributes give, where that has effects of its own."""
ITEMS = dict.fromkeys(
    ["pathlib.Path.iterdir", "pathlib.Path.glob", "pathlib.Path.rglob", "pathlib.Path.parents"], "pathlib.Path"
)
"""What the items are of what they give."""
CLASSES = _words(
    """
    pathlib.Path pathlib.PurePath random.Random io.StringIO io.BytesIO logging.Logger zipfile.ZipFile
    configparser.ConfigParser configparser.RawConfigParser datetime.datetime datetime.date datetime.time
    numpy.random.Generator numpy.random.RandomState builtins.str builtins.bytes builtins.list builtins.dict
    builtins.set
    """
)
"""Classes whose instances are followed."""
ADVANCED = frozenset({"random.Random", "numpy.random.Generator", "numpy.random.RandomState"})
"""Classes whose instances are another one after each call."""
